import { DatasetError, unknownNameMessage } from '../dataset-error.js';

/** Which scenes are for training and which for test; never one in both. */
export interface Split {
  readonly name: string;
  readonly train: readonly string[];
  readonly test: readonly string[];
  /** Scenes for validation, where the split has them. */
  readonly validation?: readonly string[];
  /** Doubts and assumptions, to be printed when the split is used. */
  readonly notes: readonly string[];
}

const parts = ['train', 'test', 'validation'] as const;

/** Whether a name leads out of a folder that it is joined to. */
const isPath = (name: string) => /^([/\\]|[A-Za-z]:[/\\])/.test(name) || name.split(/[/\\]/).includes('..');

function sceneNames(value: unknown, part: string, context: string): string[] {
  if (!Array.isArray(value) || !value.every((name): name is string => typeof name === 'string')) {
    throw new DatasetError(`${context}: '${part}' must be a list of scene names`);
  }
  const seen = new Set<string>();
  for (const name of value) {
    if (part !== 'notes' && isPath(name)) {
      throw new DatasetError(
        `${context}: '${name}' in '${part}' is a path; wanted the name of a scene inside the data folder, without '..' and no absolute path`,
      );
    }
    if (seen.has(name)) throw new DatasetError(`${context}: scene '${name}' is named twice in '${part}'`);
    seen.add(name);
  }
  return value;
}

function asObject(value: unknown, context: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new DatasetError(`${context}: wanted an object with the lists 'train' and 'test'`);
  }
  return value as Record<string, unknown>;
}

/**
 * Reads a split from parsed JSON `{"train": [...], "test": [...], "validation"?: [...], "notes"?: [...]}`. A named
 * subset is an object of the same form inside it (`"mini": {"train": ..., "test": ...}`), chosen by `subset`.
 *
 * @throws DatasetError naming the file for a missing list, a scene named in two lists or twice, a name that is a path
 *   out of the data folder (`../x`, `/x`), an unknown subset
 */
export function parseSplit(json: unknown, options: { name: string; subset?: string }): Split {
  const { name, subset } = options;
  let object = asObject(json, name);
  let context = name;
  if (subset !== undefined) {
    const subsets = Object.keys(object).filter((key) => {
      const value = object[key];
      return typeof value === 'object' && value !== null && 'train' in value;
    });
    if (!subsets.includes(subset)) {
      throw new DatasetError(`${name}: ${unknownNameMessage('subset', subset, subsets)}`);
    }
    context = `${name}#${subset}`;
    object = asObject(object[subset], context);
  }
  for (const part of ['train', 'test'] as const) {
    if (object[part] === undefined) throw new DatasetError(`${context}: the list '${part}' is missing`);
  }
  const notes = object['notes'] === undefined ? [] : sceneNames(object['notes'], 'notes', context);
  const validation =
    object['validation'] === undefined ? undefined : sceneNames(object['validation'], 'validation', context);
  const split: Split = {
    name: context,
    train: sceneNames(object['train'], 'train', context),
    test: sceneNames(object['test'], 'test', context),
    ...(validation === undefined ? {} : { validation }),
    notes,
  };
  checkDisjoint(split);
  return split;
}

/** Throws where a scene is named in two parts of a split. */
export function checkDisjoint(split: Split): void {
  const owner = new Map<string, string>();
  for (const part of parts) {
    for (const name of split[part] ?? []) {
      const other = owner.get(name);
      if (other !== undefined && other !== part) {
        throw new DatasetError(
          `${split.name}: scene '${name}' is named in both '${other}' and '${part}'; training and test scenes must not be mixed`,
        );
      }
      owner.set(name, part);
    }
  }
}

/** Checks a split against the scenes of a data set: every name must exist, no scene may be in two parts. */
export function checkSplit(split: Split, known: Iterable<string>): Split {
  const names = new Set(known);
  for (const part of parts) {
    for (const name of split[part] ?? []) {
      if (!names.has(name)) {
        throw new DatasetError(`${split.name}, '${part}': ${unknownNameMessage('scene', name, names)}`);
      }
    }
  }
  checkDisjoint(split);
  return split;
}
