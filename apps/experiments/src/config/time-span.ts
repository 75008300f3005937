import { z } from 'zod';

/** A length of time; in YAML it always carries its unit. */
export interface TimeSpan {
  readonly seconds: number;
  /** As written. */
  readonly text: string;
}

const UNITS: Readonly<Record<string, number>> = { second: 1, minute: 60, hour: 3600, day: 86_400 };
const SPAN = new RegExp(`^\\s*(\\d+(?:\\.\\d+)?)\\s*(${Object.keys(UNITS).join('|')})s?\\s*$`);

/** A length of time in YAML: `90 minutes`, `12 hours`, `1.5 days`. */
export const timeSpanSchema = z.string().transform((text, context): TimeSpan => {
  const match = SPAN.exec(text);
  const seconds = match === null ? 0 : Math.round(Number(match[1]) * UNITS[match[2]!]!);
  if (seconds > 0) return { seconds, text: text.trim() };
  context.issues.push({
    code: 'custom',
    input: text,
    message: `'${text}' is no length of time; write a number with its unit (${Object.keys(UNITS)
      .map((unit) => `${unit}s`)
      .join(', ')}), such as '12 hours'`,
  });
  return z.NEVER;
});
