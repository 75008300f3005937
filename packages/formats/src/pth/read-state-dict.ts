import { FormatError } from '../format-error.js';
import type { NdArray } from '../ndarray.js';
import type { ZipOptions } from '../zip/open-zip.js';
import { isTensor, PthUnread, type PthValue } from './pickle-values.js';
import { readPth } from './read-pth.js';

export interface StateDictOptions extends ZipOptions {
  /** Where in a checkpoint the state dict is, `net.generator` for one inside another. Without it the usual names are tried. */
  readonly key?: string;
  /** Called for each entry beside or among the tensors that is of a kind that is not read. */
  readonly onUnread?: (entry: string, kind: string) => void;
}

/** Keys under which training scripts keep a state dict: PyTorch's tutorial and Lightning, timm, BasicSR. */
const USUAL_KEYS = ['state_dict', 'model_state_dict', 'model', 'params_ema', 'params'];

/**
 * The tensors by parameter name of a `.pth` file: a plain state dict, or the one inside a training
 * checkpoint. The prefix `module.` that DataParallel puts before every name is removed.
 *
 * @throws FormatError where there is no state dict; it names the keys that are there.
 */
export function readStateDict(bytes: Uint8Array, options: StateDictOptions = {}): Map<string, NdArray> {
  const name = options.name ?? 'pth';
  const root = readPth(bytes, options);
  const dict = findStateDict(root, options.key);
  if (dict === undefined) {
    const keys =
      root instanceof Map
        ? [...root.keys()].slice(0, 20).map(String).join(', ')
        : 'none: it is no dictionary';
    throw new FormatError({
      name,
      problem:
        options.key === undefined
          ? 'there is no state dict'
          : `there is no state dict under '${options.key}'`,
      expected: `a dictionary of tensors, itself or under ${USUAL_KEYS.join(', ')}; the keys of this file: ${keys}`,
      fix: 'Name the place with the option key',
    });
  }
  if (options.onUnread !== undefined) nameUnread(root, options.onUnread);
  const names = [...dict.keys()];
  const prefix = names.length > 0 && names.every((key) => key.startsWith('module.')) ? 'module.' : '';
  return new Map([...dict].map(([key, tensor]) => [key.slice(prefix.length), tensor]));
}

function findStateDict(root: PthValue, key: string | undefined): Map<string, NdArray> | undefined {
  if (key !== undefined) return tensorsOf(at(root, key));
  const own = tensorsOf(root);
  if (own !== undefined || !(root instanceof Map)) return own;
  for (const usual of USUAL_KEYS) {
    const found = tensorsOf(root.get(usual));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The value under a key, or under the parts of it between dots: keys may hold dots themselves. */
function at(root: unknown, key: string): unknown {
  if (!(root instanceof Map)) return undefined;
  if (root.has(key)) return root.get(key);
  for (let dot = key.indexOf('.'); dot >= 0; dot = key.indexOf('.', dot + 1)) {
    const found = at(root.get(key.slice(0, dot)), key.slice(dot + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Names what was not read, wherever it is. */
function nameUnread(root: unknown, onUnread: (entry: string, kind: string) => void): void {
  const seen = new Set<unknown>();
  const open: [path: string, value: unknown][] = [['', root]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [path, value] = next;
    if (value instanceof PthUnread) onUnread(path, value.name);
    const isContainer = value instanceof Map || Array.isArray(value);
    if (!isContainer || seen.has(value)) continue;
    seen.add(value);
    const entries = [...(value as Map<unknown, unknown> | unknown[]).entries()].reverse();
    for (const [key, item] of entries)
      open.push([path === '' ? String(key) : `${path}.${String(key)}`, item]);
  }
}

function tensorsOf(value: unknown): Map<string, NdArray> | undefined {
  if (!(value instanceof Map)) return undefined;
  const result = new Map<string, NdArray>();
  let unread = false;
  for (const [key, tensor] of value as ReadonlyMap<unknown, unknown>) {
    if (typeof key !== 'string') return undefined;
    // Modules may keep anything under this name (PyTorch's get_extra_state); it is no parameter.
    if (key.endsWith('_extra_state') && !isTensor(tensor)) continue;
    if (tensor instanceof PthUnread) {
      unread = true;
      continue;
    }
    if (!isTensor(tensor)) return undefined;
    result.set(key, tensor);
  }
  // Nothing but what is not read is no state dict.
  return unread && result.size === 0 ? undefined : result;
}
