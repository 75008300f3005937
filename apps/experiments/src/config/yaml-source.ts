import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  parseDocument,
  type Document,
  type Node,
} from 'yaml';
import { ConfigError } from './config-error.js';

/** A YAML text that knows where each value stands. */
export interface YamlSource {
  /** Plain values. */
  readonly value: unknown;
  /** `file:line:column` of a value, or of the nearest thing around it that is written in the file. */
  place(path: readonly PropertyKey[], which?: 'key' | 'value'): string;
}

/** The largest table has some hundred; aliases of aliases could make billions of a small file. */
const MOST_VALUES = 20_000;
const DEEPEST = 50;
const TOO_DEEP = `nested more than ${DEEPEST} deep`;

/** Offset of the value (or of its key) at `path`; that of the parent where it is not written down. */
function offsetOf(document: Document, path: readonly PropertyKey[], which: 'key' | 'value'): number {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const [depth, part] of path.entries()) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
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

/**
 * Parses YAML (1.2, no custom tags, duplicate keys refused).
 *
 * @throws ConfigError with the place of a syntax error, of an alias that holds itself or makes too much of a small file, of a value
 *   that is nested too deeply, and of a key that is no text or would change what objects are (`__proto__`)
 */
export function parseYaml(text: string, file: string): YamlSource {
  const lines = new LineCounter();
  const placeAt = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  checkNesting(text, (offset) => {
    const before = text.slice(0, offset).split(/\r\n|\n|\r/);
    throw new ConfigError(`${file}:${before.length}:${before.at(-1)!.length + 1}`, [], TOO_DEEP);
  });
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) throw new ConfigError(placeAt(problem.pos[0]), [], problem.message);
  checkValues(document.contents, (node, message) => {
    throw new ConfigError(placeAt(node.range?.[0] ?? 0), [], message);
  });
  return {
    value: document.toJS({ maxAliasCount: -1 }) as unknown,
    place: (path, which = 'value') => placeAt(offsetOf(document, path, which)),
  };
}

/** The parser calls itself for every list in a list, and takes minutes for a million of them; its lexer does not. */
function checkNesting(text: string, refuse: (offset: number) => never): void {
  let depth = 0;
  /** `- - - x` is a list in a list in a list. */
  let dashes = 0;
  let offset = 0;
  for (const token of new Lexer().lex(text)) {
    if (token === '[' || token === '{') depth += 1;
    else if (token === ']' || token === '}') depth -= 1;
    else if (token === '-' || token === '?') dashes += 1;
    else if (token.endsWith('\n')) dashes = 0;
    if (depth > DEEPEST || dashes > DEEPEST) refuse(offset);
    // Marks of the lexer stand for no character.
    if (!['\u0002', '\u0018', '\u001f'].includes(token)) offset += token.length;
  }
}

/** Refuses what is well-formed and cannot be meant. */
function checkValues(root: unknown, refuse: (node: Node, message: string) => never): void {
  const anchors = new Map<string, Node>();
  const open = new Set<unknown>();
  const sizes = new Map<unknown, number>();

  /** Number of values that a node stands for, those behind aliases too. */
  const measure = (node: unknown, depth: number): number => {
    if (!isNode(node)) return 1;
    if (depth > DEEPEST) refuse(node, TOO_DEEP);
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target === undefined) refuse(node, `there is no anchor '&${node.source}' above this alias`);
      if (open.has(target)) refuse(node, `the alias '*${node.source}' holds itself`);
      return sizes.get(target)!;
    }
    if ('anchor' in node && node.anchor !== undefined) anchors.set(node.anchor, node);
    open.add(node);
    let size = 1;
    const add = (inner: unknown) => {
      size += measure(inner, depth + 1);
      if (size > MOST_VALUES) {
        refuse(
          isNode(inner) ? inner : node,
          `more than ${MOST_VALUES} values, those of aliases counted as often as they are named`,
        );
      }
    };
    if (isMap(node)) {
      const names = new Set<string>();
      for (const { key, value } of node.items) {
        const name = nameOf(key, node, refuse);
        // `1` and `'1'` are two keys of YAML and one of an object.
        if (names.has(name))
          refuse(isNode(key) ? key : node, `Map keys must be unique; '${name}' is there twice`);
        names.add(name);
        add(value);
      }
    } else if (isSeq(node)) node.items.forEach(add);
    open.delete(node);
    sizes.set(node, size);
    return size;
  };
  measure(root, 0);
}

function nameOf(key: unknown, around: Node, refuse: (node: Node, message: string) => never): string {
  const at = isNode(key) ? key : around;
  if (!isScalar(key) || !['string', 'number', 'boolean'].includes(typeof key.value)) {
    return refuse(at, 'a key must be a text');
  }
  const name = String(key.value);
  // A value of this name would be what others of the object are looked up in.
  if (name === '__proto__') refuse(at, "'__proto__' cannot be a key");
  return name;
}
