/** Where and why bytes could not be read. */
export interface FormatErrorDetails {
  /** File name, or the format's name where the caller gave no file name. */
  readonly name: string;
  /** What is wrong, as a phrase without a final full stop. */
  readonly problem: string;
  /** Byte offset from the start of the file (or of the named zip member). */
  readonly offset?: number;
  /** What a correct file would have there. */
  readonly expected?: string;
  /** What the user can do about it. */
  readonly fix?: string;
  /** True where the file is well and of a kind that is not read, so that a reader of several may skip it. */
  readonly unsupported?: boolean;
  readonly cause?: unknown;
}

/** Marks our errors for `instanceof` across copies of this module: each entry point's bundle has one. */
const BRAND = Symbol.for('@prismamba/formats/FormatError');

/**
 * The one error that every reader of this package throws for a file that is damaged, hostile or of a
 * kind that is not supported. `message` is complete; the parts are there for programs.
 */
export class FormatError extends Error {
  /** The file (or format) that was being read. */
  readonly file: string;
  readonly offset: number | undefined;
  /** What is wrong, without file and place. */
  readonly problem: string;
  readonly expected: string | undefined;
  /** Whether the file is well and only of a kind that is not read. */
  readonly unsupported: boolean;
  readonly [BRAND] = true;

  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && BRAND in value;
  }

  constructor(details: FormatErrorDetails) {
    const where = details.offset === undefined ? '' : ` at byte ${String(details.offset)}`;
    const expected = details.expected === undefined ? '' : `; expected ${details.expected}`;
    const fix = details.fix === undefined ? '' : `. ${details.fix}`;
    super(
      `${details.name}${where}: ${details.problem}${expected}${fix}`,
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.name = 'FormatError';
    this.file = details.name;
    this.offset = details.offset;
    this.problem = details.problem;
    this.expected = details.expected;
    this.unsupported = details.unsupported ?? false;
  }
}

/** Options that every reader takes. */
export interface ReadOptions {
  /** The file's name, for messages. */
  readonly name?: string;
  /** Most bytes that decoded arrays may take together; checked before memory is taken. Default 2 GiB. */
  readonly maxBytes?: number;
}

/** 2 GiB: about the largest array that every JavaScript engine can hold in one buffer. */
export const DEFAULT_MAX_BYTES = 2 ** 31;
