import { nearestName } from '@prismamba/core';

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

/** `unknown <what> 'name', did you mean 'nearest'?` with the list of known names where it is short. */
export function unknownNameMessage(what: string, name: string, known: Iterable<string>): string {
  const names = [...known];
  const nearest = nearestName(name, names);
  const hint = nearest === undefined ? 'none is known' : `did you mean '${nearest}'?`;
  const list = names.length > 0 && names.length <= 12 ? ` Known: ${names.join(', ')}.` : '';
  return `unknown ${what} '${name}', ${hint}${list}`;
}
