export interface WorkspacePackage {
  readonly name: string;
  readonly directory: string;
  readonly manifest: {
    readonly name: string;
    readonly private?: boolean;
    readonly prismamba: { readonly layer: string };
    readonly scripts?: Readonly<Record<string, string>>;
    readonly dependencies?: Readonly<Record<string, string>>;
    readonly devDependencies?: Readonly<Record<string, string>>;
    readonly peerDependencies?: Readonly<Record<string, string>>;
  };
  readonly published: boolean;
}

export declare const root: string;
export declare function workspacePackages(): WorkspacePackage[];
export declare function testFiles(directory: string, lane?: string): string[];
export declare function nxCommand(...args: string[]): [string, ...string[]];
