import { FormatError } from '../format-error.js';
import { isTensor, PthUnread } from './pickle-values.js';
import { readPth } from './read-pth.js';
/** Keys under which training scripts keep a state dict: PyTorch's tutorial and Lightning, timm, BasicSR. */
const USUAL_KEYS = ['state_dict', 'model_state_dict', 'model', 'params_ema', 'params'];
/**
 * The tensors by parameter name of a `.pth` file: a plain state dict, or the one inside a training
 * checkpoint. The prefix `module.` that DataParallel puts before every name is removed.
 *
 * @throws FormatError where there is no state dict; it names the keys that are there.
 */
export function readStateDict(bytes, options = {}) {
    const name = options.name ?? 'pth';
    const root = readPth(bytes, options);
    const dict = findStateDict(root, options.key);
    if (dict === undefined) {
        const keys = root instanceof Map
            ? [...root.keys()].slice(0, 20).map(String).join(', ')
            : 'none: it is no dictionary';
        throw new FormatError({
            name,
            problem: options.key === undefined
                ? 'there is no state dict'
                : `there is no state dict under '${options.key}'`,
            expected: `a dictionary of tensors, itself or under ${USUAL_KEYS.join(', ')}; the keys of this file: ${keys}`,
            fix: 'Name the place with the option key',
        });
    }
    if (options.onUnread !== undefined)
        nameUnread(root, options.onUnread);
    const names = [...dict.keys()];
    const prefix = names.length > 0 && names.every((key) => key.startsWith('module.')) ? 'module.' : '';
    return new Map([...dict].map(([key, tensor]) => [key.slice(prefix.length), tensor]));
}
function findStateDict(root, key) {
    if (key !== undefined)
        return tensorsOf(at(root, key));
    const own = tensorsOf(root);
    if (own !== undefined || !(root instanceof Map))
        return own;
    for (const usual of USUAL_KEYS) {
        const found = tensorsOf(root.get(usual));
        if (found !== undefined)
            return found;
    }
    return undefined;
}
/** The value under a key, or under the parts of it between dots: keys may hold dots themselves. */
function at(root, key) {
    if (!(root instanceof Map))
        return undefined;
    if (root.has(key))
        return root.get(key);
    for (let dot = key.indexOf('.'); dot >= 0; dot = key.indexOf('.', dot + 1)) {
        const found = at(root.get(key.slice(0, dot)), key.slice(dot + 1));
        if (found !== undefined)
            return found;
    }
    return undefined;
}
/** Names what was not read, wherever it is. */
function nameUnread(root, onUnread) {
    const seen = new Set();
    const open = [['', root]];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
        const [path, value] = next;
        if (value instanceof PthUnread)
            onUnread(path, value.name);
        const isContainer = value instanceof Map || Array.isArray(value);
        if (!isContainer || seen.has(value))
            continue;
        seen.add(value);
        const entries = [...value.entries()].reverse();
        for (const [key, item] of entries)
            open.push([path === '' ? String(key) : `${path}.${String(key)}`, item]);
    }
}
function tensorsOf(value) {
    if (!(value instanceof Map))
        return undefined;
    const result = new Map();
    let unread = false;
    for (const [key, tensor] of value) {
        if (typeof key !== 'string')
            return undefined;
        // Modules may keep anything under this name (PyTorch's get_extra_state); it is no parameter.
        if (key.endsWith('_extra_state') && !isTensor(tensor))
            continue;
        if (tensor instanceof PthUnread) {
            unread = true;
            continue;
        }
        if (!isTensor(tensor))
            return undefined;
        result.set(key, tensor);
    }
    // Nothing but what is not read is no state dict.
    return unread && result.size === 0 ? undefined : result;
}
