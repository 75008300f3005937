import { z } from 'zod';

/** A number of bytes; in YAML it always carries its unit. */
export interface ByteSize {
  readonly bytes: number;
  /** As written. */
  readonly text: string;
}

const UNITS: Readonly<Record<string, number>> = { MB: 1e6, GB: 1e9, MiB: 2 ** 20, GiB: 2 ** 30 };
const SIZE = new RegExp(`^\\s*(\\d+(?:\\.\\d+)?)\\s*(${Object.keys(UNITS).join('|')})\\s*$`);

/** A size in YAML: `2 GB`, `500 MB`, `1.5 GiB`. */
export const byteSizeSchema = z.string().transform((text, context): ByteSize => {
  const match = SIZE.exec(text);
  const bytes = match === null ? 0 : Math.floor(Number(match[1]) * UNITS[match[2]!]!);
  if (bytes > 0) return { bytes, text: text.trim() };
  context.issues.push({
    code: 'custom',
    input: text,
    message: `'${text}' is no size; write a number with its unit (${Object.keys(UNITS).join(', ')}), such as '2 GB'`,
  });
  return z.NEVER;
});
