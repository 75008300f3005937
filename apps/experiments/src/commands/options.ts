import { parseOverride, type Override } from '../config/overrides.js';

/** Collects the values of an option that may be repeated. */
export const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

/** `--data` and `--split` (or the environment variable PRISMAMBA_DATA) as overrides of an experiment file. */
export function dataOverrides({
  data,
  split,
}: {
  readonly data?: string;
  readonly split?: string;
}): Override[] {
  const overrides: Override[] = [];
  if (data !== undefined) {
    overrides.push(
      { path: ['data', 'folder'], value: data, text: `data.folder=${data}` },
      parseOverride('data.source=auto'),
    );
  }
  if (split !== undefined)
    overrides.push({ path: ['data', 'split'], value: split, text: `data.split=${split}` });
  return overrides;
}
