import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type Document } from 'yaml';
import { ConfigError } from './config-error.js';

/** A YAML text that knows where each value stands. */
export interface YamlSource {
  /** Plain values. */
  readonly value: unknown;
  /** `file:line:column` of a value, or of the nearest thing around it that is written in the file. */
  place(path: readonly PropertyKey[], which?: 'key' | 'value'): string;
}

/** Offset of the value (or of its key) at `path`; that of the parent where it is not written down. */
function offsetOf(document: Document, path: readonly PropertyKey[], which: 'key' | 'value'): number {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const [depth, part] of path.entries()) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === part);
      if (pair === undefined) return offset;
      const last = depth === path.length - 1;
      const target = last && which === 'key' ? pair.key : (pair.value ?? pair.key);
      node = pair.value;
      if (isNode(target)) offset = target.range?.[0] ?? offset;
    } else if (isSeq(node) && typeof part === 'number') {
      node = node.items[part];
      if (isNode(node)) offset = node.range?.[0] ?? offset;
    } else return offset;
  }
  return offset;
}

/** Parses YAML (1.2, no custom tags, duplicate keys refused). @throws ConfigError with the place of a syntax error. */
export function parseYaml(text: string, file: string): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  const placeAt = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) throw new ConfigError(placeAt(problem.pos[0]), [], problem.message);
  return {
    // An alias may be used, but not to blow a small file up.
    value: document.toJS({ maxAliasCount: 100 }) as unknown,
    place: (path, which = 'value') => placeAt(offsetOf(document, path, which)),
  };
}
