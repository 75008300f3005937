import type { ExpectedScenes } from '../loaders/dataset-definition.js';

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
  expected: ExpectedScenes | undefined,
  cubes: ReadonlySet<string>,
  images: ReadonlyMap<string, ReadonlySet<string>>,
): string[] {
  if (expected === undefined) return [];
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
