import { z } from 'zod';

/** A length of training; it always carries its unit. */
export interface Duration {
  readonly count: number;
  readonly unit: 'steps' | 'epochs';
}

const DURATION = /^\s*(\d[\d_]*(?:\.\d+)?(?:e\d+)?)\s+(step|epoch)s?\s*$/;

/** Reads `400 steps` or `1e8 steps` or `100 epochs`; undefined for anything else. */
function parseDuration(text: string): Duration | undefined {
  const match = DURATION.exec(text);
  if (match === null) return undefined;
  const count = Number(match[1]!.replaceAll('_', ''));
  if (!Number.isInteger(count) || count < 1) return undefined;
  return { count, unit: match[2] === 'step' ? 'steps' : 'epochs' };
}

/** A number alone says neither steps nor epochs. */
function unitIsMissing({ input }: { readonly input?: unknown }): string | undefined {
  if (typeof input !== 'number') return undefined;
  return `${input} what: steps or epochs? Write '${input} steps' or '${input} epochs'`;
}

/** A duration in YAML: a text of number and unit. */
export const durationSchema = z.string({ error: unitIsMissing }).transform((text, context): Duration => {
  const duration = parseDuration(text);
  if (duration !== undefined) return duration;
  context.issues.push({
    code: 'custom',
    input: text,
    message: `'${text}' is no duration; write a whole number with its unit, such as '400 steps' or '100 epochs'`,
  });
  return z.NEVER;
});

export function toSteps(duration: Duration, stepsPerEpoch: number): number {
  return duration.unit === 'steps' ? duration.count : duration.count * stepsPerEpoch;
}

export function formatDuration({ count, unit }: Duration): string {
  return `${count} ${count === 1 ? unit.slice(0, -1) : unit}`;
}
