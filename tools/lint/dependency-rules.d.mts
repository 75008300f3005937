export interface Violation {
  readonly rule: string;
  readonly comment: string;
  readonly path: readonly string[];
}

export declare function findViolations(root: string): Promise<Violation[]>;
