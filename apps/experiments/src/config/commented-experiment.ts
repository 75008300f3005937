import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Document, isMap, type Node, type Pair, type Scalar, type YAMLMap } from 'yaml';
import { expandGroups, loadLayers } from './load-layers.js';
import { findExperiment, shippedFolder } from './shipped.js';

/** What a JSON schema says of a key, as far as it is needed here. */
interface Described {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Described>>;
  readonly anyOf?: readonly Described[];
}

const HEAD = ` yaml-language-server: $schema=./SCHEMA
 \`prismamba train FILE\` runs it. Keys that are left out have defaults, unknown ones are refused; editors with a YAML
 language server complete keys and values from the schema beside this file.`;

/**
 * A shipped experiment as a file to start from: every key has above it what it means. The words are those of the schema.
 * `names`: of the experiment, its file and the schema's file.
 */
export function commentedExperiment(
  shipped: string,
  names: { readonly name: string; readonly file: string; readonly schema: string },
): string {
  const path = findExperiment(shipped);
  // With what it builds on: beside the copy there is none of it.
  const page = new Document(expandGroups(loadLayers(path), path).value);
  const map: unknown = page.contents;
  if (!isMap<Scalar, Node>(map)) throw new Error(`commentedExperiment: ${shipped} is no map`);
  page.commentBefore = HEAD.replace('SCHEMA', names.schema).replace('FILE', names.file);
  // What a shipped page says about itself is not true of what becomes of the copy.
  for (const key of ['name', 'title', 'about', 'command', 'cost', 'expected', 'paper']) page.delete(key);
  const own = {
    name: names.name,
    title: 'My experiment',
    about: `Started from the shipped experiment ${shipped}.`,
    command: `prismamba train ${names.file}`,
    cost: 'not measured yet',
    expected: 'not known yet',
  };
  const pairs = Object.entries(own).map(([key, value]) => page.createPair(key, value));
  map.items.unshift(...(pairs as Pair<Scalar, Node>[]));
  describe(map, JSON.parse(schemaText()) as Described);
  return page.toString({ lineWidth: 120, flowCollectionPadding: true });
}

/** The schema of experiments that editors read. */
export const schemaText = (): string => readFileSync(join(shippedFolder(), 'schema.json'), 'utf8');

function describe(map: YAMLMap<Scalar, Node | null>, schema: Described): void {
  for (const { key, value } of map.items) {
    const own = schema.properties?.[String(key.value)];
    if (own === undefined) continue;
    // A key within braces stands on one line with its neighbours: there is no place above it.
    key.commentBefore = own.description === undefined ? null : ` ${own.description}`;
    const inner = own.properties === undefined ? own.anyOf?.find(({ properties }) => properties) : own;
    if (inner !== undefined && isMap<Scalar, Node | null>(value) && value.flow !== true)
      describe(value, inner);
  }
}
