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

/** Other names of the field for the same thing; a hint where one of the known names is meant. */
const SYNONYMS: ReadonlyMap<string, readonly string[]> = /* @__PURE__ */ new Map([
  ['l2', ['mse']],
  ['mae', ['l1']],
  ['cuda', ['tensorflow-gpu']],
  ['gpu', ['webgpu', 'tensorflow-gpu']],
  ['js', ['cpu']],
]);

/** Beyond it nothing is like a name: a name of a megabyte would be compared for minutes. */
const LONGEST = 200;

const wordsOf = (name: string) => name.toLowerCase().split(/[^a-z0-9]+/);

/** What is meant before spelling is looked at: 0 a synonym, 1 the beginning of the name, 2 a word of it, 3 neither. */
function kinship(wanted: string, name: string): number {
  const lower = wanted.toLowerCase();
  if (SYNONYMS.get(lower)?.includes(name) === true) return 0;
  // One or two letters begin too many names.
  if (lower.length < 3) return 3;
  if (name.toLowerCase().startsWith(lower)) return 1;
  return wordsOf(name).includes(lower) ? 2 : 3;
}

/** Edits (case ignored) from `wanted` to each name, in the order of the names. */
function editsOf(wanted: string, names: Iterable<string>): { name: string; kin: number; edits: number }[] {
  const lower = wanted.slice(0, LONGEST).toLowerCase();
  return Array.from(names, (name) => ({
    name,
    kin: kinship(wanted, name),
    edits: distance(lower, name.toLowerCase()),
  }));
}

/**
 * The name that is meant: a synonym, one that begins with `wanted` or has it as a word, else the one that is the fewest
 * edits away (case ignored), the first where several are; undefined without names.
 */
export function nearestName(wanted: string, names: Iterable<string>): string | undefined {
  return editsOf(wanted, names).sort((a, b) => a.kin - b.kin || a.edits - b.edits)[0]?.name;
}

/**
 * Up to `count` of `names` that are like `wanted`: synonyms, names that begin with it or have it as a word, then those with
 * at most half of it edited, or 3 letters (case ignored), the nearest first.
 */
export function nearestNames(wanted: string, names: Iterable<string>, count = 3): string[] {
  return editsOf(wanted, names)
    .filter(({ kin, edits }) => kin < 3 || edits <= Math.max(3, Math.min(wanted.length, LONGEST) / 2))
    .sort((a, b) => a.kin - b.kin || a.edits - b.edits || (a.name < b.name ? -1 : 1))
    .slice(0, count)
    .map(({ name }) => name);
}
