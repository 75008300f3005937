export interface FreshClone {
  readonly directory: string;
  /** An empty home folder for what runs in the clone. */
  readonly home: string;
  remove(): void;
}

export declare function freshClone(options?: { readonly cache?: boolean }): FreshClone;
