import { readFileSync } from 'node:fs';
import { unzipSync, zipSync } from 'fflate';
import { goldenPath } from '@prismamba/testing/golden';
import { describe, expect, test } from 'vitest';
import { concat } from '../concat.js';
import { FormatError } from '../format-error.js';
import { readPth } from './read-pth.js';
import { readStateDict } from './read-state-dict.js';
const golden = (name) => new Uint8Array(readFileSync(goldenPath(`gmsr-net/${name}`)));
function dict(value) {
    if (!(value instanceof Map))
        throw new Error('no dictionary');
    return value;
}
describe('files written by PyTorch', () => {
    test('a state dict: 61 tensors, 44,980 parameters, values as the bytes in the archive', () => {
        const bytes = golden('weights.pth');
        const tensors = readStateDict(bytes);
        expect(tensors.size).toBe(61);
        expect([...tensors.values()].reduce((sum, { data }) => sum + data.length, 0)).toBe(44_980);
        const [[name, first] = []] = tensors;
        expect(name).toBe('output1.weight');
        expect(first?.shape).toEqual([10, 3, 1, 1]);
        const raw = unzipSync(bytes)['weights/data/0']?.slice();
        expect(first?.data).toEqual(new Float32Array(raw?.buffer ?? new ArrayBuffer(0)));
    });
    test('a training checkpoint with optimizer state; module. is stripped', () => {
        const bytes = golden('checkpoint_after3.pth');
        const checkpoint = dict(readPth(bytes));
        expect([...checkpoint.keys()]).toEqual(['epoch', 'iter', 'state_dict', 'optimizer']);
        expect(checkpoint.get('epoch')).toBe(1);
        expect(checkpoint.get('iter')).toBe(3);
        const optimizer = dict(checkpoint.get('optimizer'));
        const [group] = optimizer.get('param_groups');
        expect(dict(group).get('betas')).toEqual([0.9, 0.999]);
        const state = dict(optimizer.get('state'));
        const first = dict(state.get(0));
        expect(first.get('step').data[0]).toBe(3);
        expect(first.get('exp_avg').shape).toEqual([10, 3, 1, 1]);
        const before = readStateDict(golden('weights.pth'));
        const after = readStateDict(bytes);
        expect([...after.keys()]).toEqual([...before.keys()]);
        // Three Adam steps at 1e-4 move each parameter by 3e-4 at most, and some by nearly that.
        const moved = Math.abs(Number(after.get('output1.weight')?.data[0]) - Number(before.get('output1.weight')?.data[0]));
        expect(moved).toBeGreaterThan(2e-4);
        expect(moved).toBeLessThan(3.1e-4);
    });
});
/** A small assembler for pickles of protocol 2. */
const op = {
    raw: (...bytes) => Uint8Array.from(bytes),
    global: (module, name) => new TextEncoder().encode(`c${module}\n${name}\n`),
    text: (text) => {
        const body = new TextEncoder().encode(text);
        return Uint8Array.from([0x58, body.length, 0, 0, 0, ...body]);
    },
    int: (value) => Uint8Array.from([0x4a, value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24]),
    tuple: (...items) => concat([op.raw(0x28), ...items, op.raw(0x74)]),
    dict: (...items) => concat([op.raw(0x7d, 0x28), ...items, op.raw(0x75)]),
    reduce: (callee, args) => concat([callee, args, op.raw(0x52)]),
    ordered: (...items) => concat([
        op.reduce(op.global('collections', 'OrderedDict'), op.raw(0x29)),
        op.raw(0x28),
        ...items,
        op.raw(0x75),
    ]),
    storage: (type, key, length) => concat([
        op.tuple(op.text('storage'), op.global('torch', type), op.text(key), op.text('cpu'), op.int(length)),
        op.raw(0x51),
    ]),
    tensor: (storage, offset, shape, strides) => op.reduce(op.global('torch._utils', '_rebuild_tensor_v2'), op.tuple(storage, op.int(offset), op.tuple(...shape.map(op.int)), op.tuple(...strides.map(op.int)), op.raw(0x89), op.ordered())),
};
function pth(pickle, storages = {}, more = {}) {
    const files = { 'a/data.pkl': concat([op.raw(0x80, 2), pickle, op.raw(0x2e)]) };
    for (const [key, bytes] of Object.entries(storages))
        files[`a/data/${key}`] = bytes;
    return zipSync({ ...files, ...more }, { level: 0 });
}
const bytesOf = (data) => new Uint8Array(data.buffer);
describe('tensors of every kind', () => {
    const floats = bytesOf(Float32Array.of(0, 1, 2, 3, 4, 5));
    const one = (tensor, storage, more) => {
        const found = readStateDict(pth(op.dict(op.text('w'), tensor), { '0': storage }, more)).get('w');
        if (found === undefined)
            throw new Error('no tensor');
        return found;
    };
    test('transposed, offset, broadcast, scalar and empty views', () => {
        const storage = op.storage('FloatStorage', '0', 6);
        expect(one(op.tensor(storage, 0, [3, 2], [1, 3]), floats)).toEqual({
            dtype: 'float32',
            shape: [3, 2],
            data: Float32Array.of(0, 3, 1, 4, 2, 5),
        });
        expect([...one(op.tensor(storage, 1, [2], [4]), floats).data]).toEqual([1, 5]);
        expect([...one(op.tensor(storage, 4, [2, 3], [1, 0]), floats).data]).toEqual([4, 4, 4, 5, 5, 5]);
        expect(one(op.tensor(storage, 5, [], []), floats)).toEqual({
            dtype: 'float32',
            shape: [],
            data: Float32Array.of(5),
        });
        expect(one(op.tensor(storage, 0, [0, 4], [4, 1]), floats)).toEqual({
            dtype: 'float32',
            shape: [0, 4],
            data: new Float32Array(0),
        });
        expect([...one(op.tensor(storage, 0, [1, 2, 1, 3], [9, 3, 7, 1]), floats).data]).toEqual([
            0, 1, 2, 3, 4, 5,
        ]);
    });
    test('half, bfloat16, int64, bool, double', () => {
        const half = one(op.tensor(op.storage('HalfStorage', '0', 2), 0, [2], [1]), bytesOf(Uint16Array.of(0x3c00, 0xc000)));
        expect(half).toEqual({ dtype: 'float16', shape: [2], data: Float32Array.of(1, -2) });
        const brain = one(op.tensor(op.storage('BFloat16Storage', '0', 2), 0, [2], [1]), bytesOf(Uint16Array.of(0x3f80, 0xc020)));
        expect(brain).toEqual({ dtype: 'float32', shape: [2], data: Float32Array.of(1, -2.5) });
        const long = one(op.tensor(op.storage('LongStorage', '0', 1), 0, [], []), bytesOf(BigInt64Array.of(-(2n ** 60n))));
        expect(long).toEqual({ dtype: 'int64', shape: [], data: BigInt64Array.of(-(2n ** 60n)) });
        expect(one(op.tensor(op.storage('BoolStorage', '0', 2), 0, [2], [1]), Uint8Array.of(1, 0)).dtype).toBe('bool');
        expect(one(op.tensor(op.storage('DoubleStorage', '0', 1), 0, [1], [1]), bytesOf(Float64Array.of(0.1))).data).toEqual(Float64Array.of(0.1));
    });
    test('a big-endian archive says so in byteorder', () => {
        const tensor = op.tensor(op.storage('FloatStorage', '0', 1), 0, [1], [1]);
        const order = { 'a/byteorder': new TextEncoder().encode('big') };
        expect([...one(tensor, Uint8Array.of(0x3f, 0x80, 0, 0), order).data]).toEqual([1]);
        expect(() => one(tensor, Uint8Array.of(0x3f, 0x80, 0, 0), { 'a/byteorder': new TextEncoder().encode('middle') })).toThrow(/byte order 'middle'/);
    });
    test('parameters, _metadata of state_dict(), torch.Size, tensors that share a storage', () => {
        const storage = op.storage('FloatStorage', '0', 6);
        const parameter = op.reduce(op.global('torch._utils', '_rebuild_parameter'), op.tuple(op.tensor(storage, 0, [2], [1]), op.raw(0x88), op.ordered()));
        const ordered = op.ordered(op.text('a'), parameter, op.text('b'), op.tensor(storage, 0, [6], [1]));
        const withMetadata = concat([ordered, op.dict(op.text('_metadata'), op.ordered()), op.raw(0x62)]);
        const tensors = readStateDict(pth(withMetadata, { '0': floats }));
        expect([...tensors.keys()]).toEqual(['a', 'b']);
        expect([...(tensors.get('a')?.data ?? [])]).toEqual([0, 1]);
        expect(tensors.get('b')?.data).toHaveLength(6);
        const size = op.reduce(op.global('torch', 'Size'), op.tuple(op.tuple(op.int(3), op.int(4))));
        expect(readPth(pth(size))).toEqual([3, 4]);
    });
    test('Python values of every protocol', () => {
        const stack = op.tuple(op.raw(0x4e), op.raw(0x88), op.raw(0x4b, 7), op.raw(0x4d, 1, 2), op.int(-5), op.raw(0x8a, 2, 0, 0x80), op.raw(0x8a, 0), op.raw(0x8a, 9, 0, 0, 0, 0, 0, 0, 0, 0, 1), op.raw(0x47, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0), op.raw(0x8c, 2, 0xc3, 0xa4), op.raw(0x43, 1, 255), op.raw(0x5d, 0x4b, 1, 0x61), op.raw(0x4b, 1, 0x4b, 2, 0x86));
        expect(readPth(pth(stack))).toEqual([
            null,
            true,
            7,
            513,
            -5,
            -32768,
            0,
            2n ** 64n,
            1.5,
            'ä',
            Uint8Array.of(255),
            [1],
            [1, 2],
        ]);
    });
});
describe('hostile pickles', () => {
    const attack = (callee) => pth(op.reduce(callee, op.tuple(op.text('echo owned'))));
    const stackGlobal = (module, name) => concat([op.text(module), op.text(name), op.raw(0x93)]);
    test.each([
        ['os.system', op.global('os', 'system')],
        ['posix.system', op.global('posix', 'system')],
        ['builtins.eval', stackGlobal('builtins', 'eval')],
        ['torch.load', stackGlobal('torch', 'load')],
        ['collections.OrderedDict.__init__', op.global('collections', 'OrderedDict.__init__')],
        ['__main__.GMSR', op.global('__main__', 'GMSR')],
    ])('%s is refused by name and offset; nothing runs', (name, callee) => {
        const offset = callee[0] === 0x63 ? 2 : 2 + callee.length - 1;
        expect(() => readPth(attack(callee), { name: 'evil.pth' })).toThrow(`evil.pth (a/data.pkl) at byte ${String(offset)}: the pickle asks for the global '${name}', which is not allowed (nothing was executed); expected one of collections.OrderedDict, torch.Size`);
    });
    test('a name that lives on every JavaScript object is no global', () => {
        for (const name of ['constructor', '__proto__', 'toString']) {
            expect(() => readPth(attack(op.global('', name)))).toThrow(/is not allowed/);
            const tensors = readStateDict(pth(op.dict(op.text(name), op.tensor(op.storage('FloatStorage', '0', 1), 0, [1], [1])), {
                '0': new Uint8Array(4),
            }));
            expect([...tensors.keys()]).toEqual([name]);
        }
        expect({}['dtype']).toBeUndefined();
    });
    test.each([
        [
            'a view beyond its storage',
            pth(op.tensor(op.storage('FloatStorage', '0', 6), 1, [6], [1]), { '0': new Uint8Array(24) }),
            /reads element 6 of storage '0'; expected an element below 6/,
        ],
        [
            'a negative stride',
            pth(op.tensor(op.storage('FloatStorage', '0', 6), 5, [2], [-1]), { '0': new Uint8Array(24) }),
            /offset, size or stride is not valid/,
        ],
        [
            'a storage shorter than it says',
            pth(op.tensor(op.storage('FloatStorage', '0', 6), 0, [6], [1]), { '0': new Uint8Array(20) }),
            /has 20 bytes; expected 24 for 6 elements of float32/,
        ],
        [
            'a missing storage',
            pth(op.tensor(op.storage('FloatStorage', '7', 6), 0, [6], [1])),
            /the storage '7' is missing from the archive/,
        ],
        [
            'a path as the key',
            pth(op.tensor(op.storage('FloatStorage', '../../etc/passwd', 6), 0, [6], [1])),
            /is missing from the archive/,
        ],
        [
            'one element broadcast to 8 GB',
            pth(op.tensor(op.storage('FloatStorage', '0', 1), 0, [2_000_000_000], [0]), { '0': new Uint8Array(4) }),
            /a tensor of 2000000000 elements on a storage of 1, which it repeats/,
        ],
        [
            'a call of a type',
            pth(op.reduce(op.global('torch', 'FloatStorage'), op.tuple(op.int(9)))),
            /a call of torch\.FloatStorage/,
        ],
        [
            'a bare type as a value',
            pth(op.dict(op.text('a'), op.tuple(op.global('torch', 'FloatStorage')))),
            /holds a type or a bare storage/,
        ],
        [
            'a call of a string',
            pth(op.reduce(op.text('os.system'), op.tuple())),
            /a call of something that is no global/,
        ],
        [
            'INST and OBJ',
            pth(concat([op.raw(0x28), new TextEncoder().encode('ios\nsystem\n')])),
            /pickle opcode 0x69/,
        ],
        ['a tensor as a key', pth(op.dict(op.raw(0x5d), op.int(1))), /dictionary key/],
        ['an empty stack', pth(op.raw(0x30)), /empty stack/],
        ['no mark', pth(op.raw(0x74)), /no mark/],
        ['an unwritten memo entry', pth(op.raw(0x68, 9)), /memo entry 9 was never written/],
        [
            'a string of 4 GB',
            pth(op.raw(0x58, 255, 255, 255, 255)),
            /the file ends inside a string; expected 4294967295 more bytes/,
        ],
        ['protocol 9', pth(op.raw(0x80, 9)), /pickle protocol 9; expected at most 5/],
        [
            'a global without an end',
            zipSync({ 'a/data.pkl': new TextEncoder().encode('cos') }),
            /ends inside the name of a global/,
        ],
    ])('%s', (_, bytes, message) => {
        expect(() => readPth(bytes)).toThrow(message);
        expect(() => readPth(bytes)).toThrow(FormatError);
    });
    test('a list that holds itself is read and does not hang', () => {
        // []; memo 0; get 0; append
        const value = readPth(pth(op.raw(0x5d, 0x71, 0, 0x68, 0, 0x61)));
        expect(value[0]).toBe(value);
    });
});
describe('files of another kind', () => {
    const legacy = Uint8Array.of(0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e);
    const tar = new Uint8Array(512);
    tar.set(new TextEncoder().encode('ustar'), 257);
    test.each([
        [
            'legacy',
            legacy,
            /legacy \(non-zip\) PyTorch format.*Re-save it in PyTorch 1\.13 or newer \(1\.6 writes the zip form too, but has no weights_only\): torch\.save\(torch\.load\(path, map_location='cpu', weights_only=True\), path\)/,
        ],
        ['tar', tar, /tar form of PyTorch 0\.1; .*Re-save it/],
        ['another pickle', Uint8Array.of(0x80, 4, 0x2e), /no PyTorch file; .*Re-save it/],
        ['text', new TextEncoder().encode('hello'), /this is no PyTorch file; expected a zip archive/],
        ['npz', zipSync({ 'x.npy': new Uint8Array(3) }), /no data\.pkl.*use readNpz/],
        [
            'TorchScript',
            pth(op.dict(), {}, { 'a/constants.pkl': new Uint8Array(2) }),
            /TorchScript program.*torch\.jit\.load\(path\)\.state_dict\(\)/,
        ],
    ])('%s', (_, bytes, message) => {
        expect(() => readPth(bytes, { name: 'w.pth' })).toThrow(message);
        expect(() => readPth(bytes)).toThrow(FormatError);
    });
});
describe('readStateDict', () => {
    const tensor = op.tensor(op.storage('FloatStorage', '0', 1), 0, [1], [1]);
    const read = (pickle, options = {}) => [
        ...readStateDict(pth(pickle, { '0': new Uint8Array(4) }), options).keys(),
    ];
    test('finds the state dict under the usual keys or the one named', () => {
        for (const key of ['state_dict', 'model_state_dict', 'model', 'params_ema', 'params']) {
            expect(read(op.dict(op.text('epoch'), op.int(3), op.text(key), op.dict(op.text('module.w'), tensor)))).toEqual(['w']);
        }
        expect(read(op.dict(op.text('net'), op.dict(op.text('w'), tensor)), { key: 'net' })).toEqual(['w']);
        expect(() => read(op.dict(op.text('net'), op.dict(op.text('w'), tensor)))).toThrow(/there is no state dict; expected .* the keys of this file: net\. Name the place with the option key/);
        expect(() => read(op.dict(op.text('w'), op.int(3)), { key: 'net' })).toThrow(/no state dict under 'net'/);
    });
    test('strips module. only where every name has it; leaves extra state out', () => {
        expect(read(op.dict(op.text('module.a'), tensor, op.text('b'), tensor))).toEqual(['module.a', 'b']);
        expect(read(op.dict(op.text('a'), tensor, op.text('a._extra_state'), op.raw(0x4e)))).toEqual(['a']);
    });
});
test('truncated at every 97th byte, or with a flipped byte: FormatError, never anything else', () => {
    const bytes = golden('weights.pth');
    for (let length = 0; length < bytes.length; length += 97) {
        expect(() => readStateDict(bytes.subarray(0, length)), String(length)).toThrow(FormatError);
    }
    const pickle = unzipSync(bytes)['weights/data.pkl'] ?? new Uint8Array();
    const storages = Object.fromEntries(Object.entries(unzipSync(bytes)).filter(([name]) => name.includes('/data/')));
    let refused = 0;
    for (let at = 0; at < pickle.length; at += 29) {
        const bad = pickle.slice();
        bad[at] = (bad[at] ?? 0) ^ (1 << (at % 8));
        try {
            readPth(zipSync({ 'weights/data.pkl': bad, ...storages }, { level: 0 }));
        }
        catch (error) {
            expect(error, String(at)).toBeInstanceOf(FormatError);
            refused++;
        }
    }
    expect(refused).toBeGreaterThan(30);
    for (let length = 0; length < pickle.length; length += 97) {
        const cut = zipSync({ 'weights/data.pkl': pickle.subarray(0, length), ...storages }, { level: 0 });
        expect(() => readPth(cut), String(length)).toThrow(FormatError);
    }
});
