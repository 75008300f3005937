interface Manifest {
  readonly name: string;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

export declare function importedPackages(text: string): Set<string>;
export declare function dependencyProblems(manifest: Manifest, texts: readonly string[]): string[];
export declare function publishedTexts(directory: string, folders: readonly string[]): string[];
export declare function bothBuildsProblems(directory: string, manifest: Manifest): string[];
