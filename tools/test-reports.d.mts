export interface Reports {
  readonly passed: number;
  readonly failures: readonly string[];
  readonly skipped: readonly string[];
}

export declare function readReports(root: string, expected: readonly string[]): Reports;
