/** Pages with examples of a package: its README and guides. */
export declare function pagesOf(one: { readonly name: string; readonly directory: string }): string[];
