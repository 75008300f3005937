/** Marks our errors for `instanceof` across copies of this module: each entry point's bundle has one. */
const brand = Symbol.for('@prismamba/datasets/DatasetError');

/** An error about data that the user gave: names the data set, the scene and the file where they are known. */
export class DatasetError extends Error {
  override readonly name = 'DatasetError';
  readonly [brand] = true;

  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && brand in value;
  }
}

/** Edit distance (insertions, deletions, substitutions) between two names. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(substitution, previous[j]! + 1, current[j - 1]! + 1));
    }
    previous = current;
  }
  return previous[b.length]!;
}

/** The known name closest to `name`, or undefined where nothing is known. */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Infinity;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** `unknown <what> 'name', did you mean 'nearest'?` with the list of known names where it is short. */
export function unknownNameMessage(what: string, name: string, known: Iterable<string>): string {
  const names = [...known];
  const nearest = nearestName(name, names);
  const hint = nearest === undefined ? 'none is known' : `did you mean '${nearest}'?`;
  const list = names.length > 0 && names.length <= 12 ? ` Known: ${names.join(', ')}.` : '';
  return `unknown ${what} '${name}', ${hint}${list}`;
}
