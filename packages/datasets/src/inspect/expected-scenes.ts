import type { DatasetName } from '../loaders/open-dataset.js';
import { caveSceneNames } from '../splits/cave-scene-names.js';

/** What a complete copy of a data set holds. */
export interface ExpectedScenes {
  /** Lists of names with what they are; empty where the names are not known. */
  readonly cubes: readonly { readonly what: string; readonly names: readonly string[] }[];
  /** RGB images, where the data set has them, as the loader's names of scenes. */
  readonly images: readonly { readonly what: string; readonly names: readonly string[] }[];
  /** Number of cubes, where only that is known. */
  readonly count?: number;
}

const numbered = (prefix: string, first: number, last: number): string[] =>
  Array.from({ length: last - first + 1 }, (_, i) => `${prefix}${String(first + i).padStart(4, '0')}`);
const numbers = (prefix: string, list: readonly number[]): string[] =>
  list.map((number) => `${prefix}${String(number).padStart(4, '0')}`);

const hs = 'ARAD_HS_';
const validation2020 = numbers(hs, [451, 453, 455, 456, 457, 459, 462, 463, 464, 465]);

/**
 * What the organisers gave out. NTIRE 2020: 450 training and 10 validation cubes, images of both and of 10 test scenes a
 * track. NTIRE 2022: 900 and 50 cubes, 1,000 images. Harvard: 50 scenes, whose list of names was not found.
 */
export const expectedScenes: Readonly<Record<Exclude<DatasetName, 'folder'>, ExpectedScenes>> = {
  cave: { cubes: [{ what: 'scenes', names: caveSceneNames }], images: [] },
  harvard: { cubes: [], images: [], count: 50 },
  ntire2020: {
    cubes: [
      { what: 'training cubes', names: numbered(hs, 1, 450) },
      { what: 'validation cubes', names: validation2020 },
    ],
    images: [
      { what: 'training images', names: numbered(hs, 1, 450) },
      { what: 'validation images', names: validation2020 },
    ],
  },
  ntire2022: {
    cubes: [
      { what: 'training cubes', names: numbered('ARAD_1K_', 1, 900) },
      { what: 'validation cubes', names: numbered('ARAD_1K_', 901, 950) },
    ],
    images: [
      { what: 'training images', names: numbered('ARAD_1K_', 1, 900) },
      { what: 'validation images', names: numbered('ARAD_1K_', 901, 950) },
      { what: 'test images', names: numbered('ARAD_1K_', 951, 1000) },
    ],
  },
};

/** `a_0001 to a_0004, a_0009, b and 7 more`: runs of numbers as ranges, the rest as it is, at most `most` items. */
export function describeNames(names: readonly string[], most = 8): string {
  const runs: { first: string; last: string; count: number }[] = [];
  for (const name of names) {
    const run = runs.at(-1);
    if (run !== undefined && name === successor(run.last)) {
      run.last = name;
      run.count++;
    } else runs.push({ first: name, last: name, count: 1 });
  }
  const shown = runs.slice(0, most);
  const text = shown.map(({ first, last, count }) =>
    count === 1 ? first : count === 2 ? `${first}, ${last}` : `${first} to ${last}`,
  );
  const left = names.length - shown.reduce((sum, { count }) => sum + count, 0);
  return text.join(', ') + (left > 0 ? ` and ${left} more` : '');
}

/** The name whose last number is one higher, with the same number of digits. */
function successor(name: string): string | undefined {
  const match = /^(.*?)(\d+)$/.exec(name);
  if (match === null) return undefined;
  return match[1]! + String(Number(match[2]) + 1).padStart(match[2]!.length, '0');
}

/** One sentence for each part of a data set that is not complete. */
export function missingParts(
  dataset: DatasetName,
  cubes: ReadonlySet<string>,
  images: ReadonlyMap<string, ReadonlySet<string>>,
): string[] {
  if (dataset === 'folder') return [];
  const expected = expectedScenes[dataset];
  const sentences: string[] = [];
  const compare = (what: string, names: readonly string[], there: ReadonlySet<string>) => {
    const absent = names.filter((name) => !there.has(name));
    if (absent.length === 0) return;
    sentences.push(
      absent.length === names.length
        ? `all ${names.length} ${what}`
        : `${absent.length} of ${names.length} ${what}: ${describeNames(absent)}`,
    );
  };
  for (const { what, names } of expected.cubes) compare(what, names, cubes);
  for (const [track, there] of images) {
    for (const { what, names } of expected.images) {
      compare(track === '' ? what : `${what} of the track ${track}`, names, there);
    }
  }
  if (expected.count !== undefined && cubes.size < expected.count) {
    sentences.push(
      `${expected.count - cubes.size} of ${expected.count} scenes; which ones cannot be said, their names are not in any paper`,
    );
  }
  return sentences;
}
