/** Marks our errors for `instanceof` across copies of this module: each entry point's bundle has one. */
const BRAND = Symbol.for('@prismamba/formats/FormatError');
/**
 * The one error that every reader of this package throws for a file that is damaged, hostile or of a
 * kind that is not supported. `message` is complete; the parts are there for programs.
 */
export class FormatError extends Error {
    /** The file (or format) that was being read. */
    file;
    offset;
    /** What is wrong, without file and place. */
    problem;
    expected;
    /** Whether the file is well and only of a kind that is not read. */
    unsupported;
    [BRAND] = true;
    static [Symbol.hasInstance](value) {
        return typeof value === 'object' && value !== null && BRAND in value;
    }
    constructor(details) {
        const where = details.offset === undefined ? '' : ` at byte ${String(details.offset)}`;
        const expected = details.expected === undefined ? '' : `; expected ${details.expected}`;
        const fix = details.fix === undefined ? '' : `. ${details.fix}`;
        super(`${details.name}${where}: ${details.problem}${expected}${fix}`, details.cause === undefined ? undefined : { cause: details.cause });
        this.name = 'FormatError';
        this.file = details.name;
        this.offset = details.offset;
        this.problem = details.problem;
        this.expected = details.expected;
        this.unsupported = details.unsupported ?? false;
    }
}
/** 2 GiB: about the largest array that every JavaScript engine can hold in one buffer. */
export const DEFAULT_MAX_BYTES = 2 ** 31;
