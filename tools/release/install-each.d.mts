/** Folders of the copies of a package, however deep. */
export declare function copiesOf(modules: string, name: string): string[];
