import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { nearestNames } from '@prismamba/core';
import { UserError } from '../user-error.js';
import { ConfigError } from './config-error.js';
import { choosesGroup, isObject, mergeTrees, placeIn, treeOf, type ConfigTree } from './config-tree.js';
import { findExperiment, shippedFolder } from './shipped.js';
import { parseYaml } from './yaml-source.js';

/** Where a part of an experiment may be a file of its own, `groups/<group>/<name>.yaml`. */
export const groups = [
  { group: 'data', path: ['data'] },
  { group: 'model', path: ['model'] },
  { group: 'patches', path: ['patches'] },
  { group: 'training', path: ['training'] },
  { group: 'optimizer', path: ['training', 'optimizer'] },
  { group: 'schedule', path: ['training', 'schedule'] },
  { group: 'evaluation', path: ['evaluation'] },
] as const;

const isGroup = (path: readonly PropertyKey[]) => groups.some((group) => group.path.join() === path.join());

const shown = (file: string) =>
  relative(process.cwd(), file).startsWith('..') ? file : relative(process.cwd(), file);

/** A file with everything that it extends below it. `chain` are the files that led here. */
export function loadLayers(file: string, chain: readonly string[] = []): ConfigTree {
  const path = resolve(file);
  const tree = treeOf(parseYaml(readFileSync(file, 'utf8'), shown(file)));
  if (!isObject(tree.value) || !('extends' in tree.value)) return tree;
  const { extends: named, ...own } = tree.value;
  const bases = Array.isArray(named) ? (named as unknown[]) : [named];
  let merged: ConfigTree | undefined;
  for (const [i, base] of bases.entries()) {
    const place = placeIn(tree, Array.isArray(named) ? ['extends', i] : ['extends']);
    if (typeof base !== 'string') {
      throw new ConfigError(place, ['extends'], 'wanted the name of an experiment, or a list of names');
    }
    const baseFile = findBase(base, path, place);
    const whole = [...chain, path];
    if (whole.includes(resolve(baseFile))) {
      const circle = [...whole.slice(whole.indexOf(resolve(baseFile))), resolve(baseFile)].map((f) =>
        basename(f),
      );
      throw new ConfigError(place, ['extends'], `goes in a circle: ${circle.join(' -> ')}`);
    }
    const below = loadLayers(baseFile, whole);
    merged = merged === undefined ? below : mergeTrees(merged, below, isGroup);
  }
  return mergeTrees(merged!, { ...tree, value: own }, isGroup);
}

/** A file beside the one that extends it, or a shipped experiment. */
function findBase(name: string, from: string, place: string): string {
  const beside = isAbsolute(name) ? name : join(dirname(from), name);
  for (const path of [beside, `${beside}.yaml`]) {
    if (existsSync(path) && statSync(path).isFile() && resolve(path) !== resolve(from)) return path;
  }
  try {
    return findExperiment(name);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const itself = [beside, `${beside}.yaml`].find((path) => resolve(path) === resolve(from));
    if (itself !== undefined) return itself; // a circle of one
    throw new ConfigError(place, ['extends'], error.message);
  }
}

/** Names in `groups/<group>` of the file's own folder and of the shipped ones. */
function groupFiles(group: string, file: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const folder of [shippedFolder(), dirname(resolve(file))]) {
    const inside = join(folder, 'groups', group);
    if (!existsSync(inside)) continue;
    for (const name of readdirSync(inside)) {
      if (name.endsWith('.yaml')) found.set(name.slice(0, -'.yaml'.length), join(inside, name));
    }
  }
  return found;
}

function valueAtPath(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((here, part) => (isObject(here) ? here[part] : undefined), value);
}

/**
 * Puts the files of chosen groups in their places: `data: cave`, or `data: { use: cave, split: mine.json }`, whose other keys go
 * on top. A model that has no file of its own is just its name.
 */
export function expandGroups(tree: ConfigTree, file: string): ConfigTree {
  let result = tree;
  for (const { group, path } of groups) {
    const value = valueAtPath(result.value, path);
    if (!choosesGroup(value)) continue;
    const { use, ...own } = typeof value === 'string' ? { use: value } : (value as Record<string, unknown>);
    const place = placeIn(result, typeof value === 'string' ? path : [...path, 'use']);
    const known = groupFiles(group, file);
    const chosen = typeof use === 'string' ? known.get(use) : undefined;
    if (chosen === undefined && !(group === 'model' && typeof use === 'string')) {
      const names = [...known.keys()];
      const [nearest] = nearestNames(String(use), names, 1);
      const hint = nearest === undefined ? '' : `, did you mean '${nearest}'?`;
      throw new ConfigError(
        place,
        path,
        `there is no group '${String(use)}' of ${group}${hint} Known: ${names.join(', ') || 'none'}`,
      );
    }
    const base: ConfigTree =
      chosen === undefined
        ? {
            value: { name: use },
            places: new Map([[JSON.stringify([...path, 'name']), { key: place, value: place }]]),
          }
        : treeOf(parseYaml(readFileSync(chosen, 'utf8'), shown(chosen)), path);
    const over = { value: own, places: new Map([...result.places].filter(([key]) => isBelow(key, path))) };
    const merged = mergeTrees(base, over, () => false, path);
    result = {
      value: putAt(result.value, path, merged.value),
      places: new Map([...[...result.places].filter(([key]) => !isBelow(key, path)), ...merged.places]),
    };
  }
  return result;
}

const isBelow = (key: string, path: readonly string[]) => {
  const prefix = JSON.stringify(path).slice(0, -1);
  return key === `${prefix}]` || key.startsWith(`${prefix},`);
};

function putAt(root: unknown, path: readonly string[], value: unknown): unknown {
  const [part, ...rest] = path;
  if (part === undefined) return value;
  const object = isObject(root) ? root : {};
  return { ...object, [part]: putAt(object[part], rest, value) };
}
