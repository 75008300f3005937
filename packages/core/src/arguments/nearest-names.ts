/** Edit distance of Levenshtein: insertions, deletions and replacements that turn `a` into `b`. */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}

/** Edits (case ignored) from `wanted` to each name, in the order of the names. */
function editsOf(wanted: string, names: Iterable<string>): { name: string; edits: number }[] {
  const lower = wanted.toLowerCase();
  return Array.from(names, (name) => ({ name, edits: distance(lower, name.toLowerCase()) }));
}

/** The name that is the fewest edits away (case ignored), the first where several are; undefined without names. */
export function nearestName(wanted: string, names: Iterable<string>): string | undefined {
  let best: { name: string; edits: number } | undefined;
  for (const candidate of editsOf(wanted, names)) {
    if (best === undefined || candidate.edits < best.edits) best = candidate;
  }
  return best?.name;
}

/**
 * Up to `count` of `names` that are like `wanted` (at most half of it edited, or 3 letters; case ignored), the nearest
 * first.
 */
export function nearestNames(wanted: string, names: Iterable<string>, count = 3): string[] {
  return editsOf(wanted, names)
    .filter(({ edits }) => edits <= Math.max(3, wanted.length / 2))
    .sort((a, b) => a.edits - b.edits || (a.name < b.name ? -1 : 1))
    .slice(0, count)
    .map(({ name }) => name);
}
