import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { FormatError } from '@prismamba/formats';
import { writeFileAtomic } from '@prismamba/formats/node';

/** One kept file of weights. */
export interface BestEntry {
  readonly file: string;
  readonly step: number;
  readonly value: number;
}

const LIST = 'best.json';

/** JSON would write null for the PSNR of a scene that is hit exactly. */
const infinityAsWord = (_key: string, value: unknown): unknown =>
  value === Infinity || value === -Infinity ? String(value) : value;

/** The kept files, best first; an empty list where none were kept. */
export function listBest(folder: string): BestEntry[] {
  const path = join(folder, LIST);
  if (!existsSync(path)) return [];
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new FormatError({ name: path, problem: 'not valid JSON', cause });
  }
  if (!Array.isArray(value))
    throw new FormatError({ name: path, problem: 'not a list', expected: 'a list of files' });
  return (value as BestEntry[]).map((entry) => ({ ...entry, value: Number(entry.value) }));
}

/**
 * Keeps the weights of the `keep` best validations as `best-step-00000500.safetensors`, best first in `best.json`. Files
 * of steps that a resumed run will reach again are written again with the same bits.
 *
 * @returns whether the weights were kept.
 */
export function saveBest(
  folder: string,
  { step, value, bytes }: { readonly step: number; readonly value: number; readonly bytes: () => Uint8Array },
  { mode, keep }: { readonly mode: 'min' | 'max'; readonly keep: number },
): boolean {
  if (!Number.isInteger(keep) || keep < 1) {
    throw new RangeError(`saveBest: keep is ${keep}, wanted an integer of 1 or more`);
  }
  const file = `best-step-${String(step).padStart(8, '0')}.safetensors`;
  const sign = mode === 'min' ? 1 : -1;
  const all = [...listBest(folder).filter((entry) => entry.step !== step), { file, step, value }];
  // Of equal values the earlier step is better, so that the order is one.
  const sorted = all.sort((a, b) => sign * (a.value - b.value) || a.step - b.step);
  const kept = sorted.slice(0, keep);
  const isKept = kept.some((entry) => entry.step === step);
  if (isKept) writeFileAtomic(join(folder, file), bytes());
  writeFileAtomic(join(folder, LIST), `${JSON.stringify(kept, infinityAsWord, 2)}\n`);
  const names = new Set(kept.map((entry) => entry.file));
  for (const name of readdirSync(folder)) {
    if (name.startsWith('best-step-') && !names.has(name)) rmSync(join(folder, name), { force: true });
  }
  return isKept;
}
