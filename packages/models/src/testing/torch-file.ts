import { zipSync } from 'fflate';
import type { NdArray } from '@prismamba/formats';

/** Bytes of a `.pth` as `torch.save(state_dict, path)` writes it: a stored zip with `data.pkl` and one file a tensor. */

const text = new TextEncoder();

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Little-endian fields as [value, bytes]. */
const fields = (...list: readonly (readonly [value: number, bytes: number])[]): Uint8Array =>
  Uint8Array.from(
    list.flatMap(([value, bytes]) => Array.from({ length: bytes }, (_, i) => (value >>> (8 * i)) & 255)),
  );

/** A `.pth` around a pickle (without its protocol and stop bytes) and storages by key. */
export function torchArchive(pickle: Uint8Array, storages: readonly Uint8Array[] = []): Uint8Array {
  const files = new Map([['w/data.pkl', concat([fields([0x80, 1], [2, 1]), pickle, fields([0x2e, 1])])]]);
  storages.forEach((bytes, key) => files.set(`w/data/${key}`, bytes));
  return zipSync(Object.fromEntries(files), { level: 0 });
}

export const pickled = {
  global: (module: string, name: string) => text.encode(`c${module}\n${name}\n`),
  text: (value: string) => {
    const body = text.encode(value);
    return concat([fields([0x58, 1], [body.length, 4]), body]);
  },
  int: (value: number) => fields([0x4a, 1], [value, 4]),
  tuple: (...items: Uint8Array[]) => concat([fields([0x28, 1]), ...items, fields([0x74, 1])]),
  reduce: (callee: Uint8Array, args: Uint8Array) => concat([callee, args, fields([0x52, 1])]),
};

/** `collections.OrderedDict` of the items. */
function ordered(...items: Uint8Array[]): Uint8Array {
  const empty = pickled.reduce(pickled.global('collections', 'OrderedDict'), fields([0x29, 1]));
  return concat([empty, fields([0x28, 1]), ...items, fields([0x75, 1])]);
}

function tensor({ shape, dtype, data }: NdArray, key: number): Uint8Array {
  const type = dtype === 'int64' ? 'LongStorage' : 'FloatStorage';
  const storage = concat([
    pickled.tuple(
      pickled.text('storage'),
      pickled.global('torch', type),
      pickled.text(String(key)),
      pickled.text('cpu'),
      pickled.int(data.length),
    ),
    fields([0x51, 1]),
  ]);
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  return pickled.reduce(
    pickled.global('torch._utils', '_rebuild_tensor_v2'),
    pickled.tuple(
      storage,
      pickled.int(0),
      pickled.tuple(...shape.map(pickled.int)),
      pickled.tuple(...strides.map(pickled.int)),
      fields([0x89, 1]),
      ordered(),
    ),
  );
}

/** A state dictionary (float32 and int64) as a `.pth`. */
export function torchFile(tensors: ReadonlyMap<string, NdArray>): Uint8Array {
  const arrays = [...tensors.values()];
  const items = [...tensors.keys()].flatMap((name, key) => [pickled.text(name), tensor(arrays[key]!, key)]);
  return torchArchive(
    ordered(...items),
    arrays.map(
      ({ data: { buffer, byteOffset, byteLength } }) => new Uint8Array(buffer, byteOffset, byteLength),
    ),
  );
}
