/** Whether a page printed what Node prints, but for brackets, quotes and spaces. */
export declare function samePrinted(printed: string, wanted: string): boolean;
/** An example as a module whose `run` gives what it prints. */
export declare function asPage(code: string): string;
