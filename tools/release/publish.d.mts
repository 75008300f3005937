interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** Names of what gets a new version with a change of a package. */
export declare function released(all: readonly Manifest[], name: string, bump: 'patch' | 'minor'): string[];
