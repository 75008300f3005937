import { describe, expect, it } from 'vitest';
import { ProtobufWriter } from '../protobuf/protobuf-writer.js';
import { writeOnnx } from './write-onnx.js';
/** A generic protobuf reader: field number -> raw values, enough to read back what was written. */
function decode(bytes) {
    const fields = new Map();
    let at = 0;
    const varint = () => {
        let value = 0n;
        for (let shift = 0n;; shift += 7n) {
            const byte = bytes[at++];
            value |= BigInt(byte & 0x7f) << shift;
            if (byte < 0x80)
                return value;
        }
    };
    while (at < bytes.length) {
        const tag = Number(varint());
        let value;
        if ((tag & 7) === 0)
            value = varint();
        else if ((tag & 7) === 5) {
            value = new DataView(bytes.buffer, bytes.byteOffset + at, 4).getFloat32(0, true);
            at += 4;
        }
        else {
            const length = Number(varint());
            value = bytes.subarray(at, at + length);
            at += length;
        }
        fields.set(tag >> 3, [...(fields.get(tag >> 3) ?? []), value]);
    }
    return fields;
}
const text = (value) => new TextDecoder().decode(value);
const sub = (value) => decode(value);
describe('ProtobufWriter', () => {
    it('writes the examples of the encoding guide', () => {
        expect([...new ProtobufWriter().int(1, 150).finish()]).toEqual([0x08, 0x96, 0x01]);
        expect([...new ProtobufWriter().string(2, 'testing').finish()]).toEqual([
            0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67,
        ]);
        expect([...new ProtobufWriter().int(1, -2).finish()]).toEqual([
            0x08, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01,
        ]);
    });
});
describe('writeOnnx', () => {
    const bytes = writeOnnx({
        metadata: { model: 'test' },
        graph: {
            name: 'g',
            inputs: [{ name: 'x', dtype: 'float32', shape: ['batch', 3, 'height', 'width'] }],
            outputs: [{ name: 'y', dtype: 'float32', shape: ['batch', 1, 'height', 'width'] }],
            initializers: new Map([
                ['w', { dtype: 'float32', shape: [1, 3, 1, 1], data: Float32Array.from([1, 2, 3]) }],
            ]),
            nodes: [
                { opType: 'Conv', inputs: ['x', 'w'], outputs: ['c'], attributes: { pads: [0, 0, 0, 0], group: 1 } },
                { opType: 'LeakyRelu', inputs: ['c'], outputs: ['y'], attributes: { alpha: { float: 0.25 } } },
            ],
        },
    });
    it('has the IR version, the opset, the metadata and the graph', () => {
        const model = decode(bytes);
        expect(model.get(1)).toEqual([8n]);
        expect(sub(model.get(8)[0]).get(2)).toEqual([17n]);
        expect(text(sub(model.get(14)[0]).get(2)[0])).toBe('test');
        const graph = sub(model.get(7)[0]);
        expect(graph.get(1).map((node) => text(sub(node).get(4)[0]))).toEqual(['Conv', 'LeakyRelu']);
        const tensor = sub(graph.get(5)[0]);
        expect(tensor.get(1)).toEqual([1n, 3n, 1n, 1n]);
        expect([...tensor.get(9)[0]]).toEqual([0, 0, 128, 63, 0, 0, 0, 64, 0, 0, 64, 64]);
        const [conv, leaky] = graph.get(1).map(sub);
        expect(sub(conv.get(5)[0]).get(8)).toEqual([0n, 0n, 0n, 0n]);
        expect(sub(leaky.get(5)[0]).get(2)).toEqual([0.25]);
    });
    it('refuses what the file cannot hold', () => {
        const node = { opType: 'Elu', inputs: ['x'], outputs: ['y'], attributes: { alpha: 0.5 } };
        const graph = { name: 'g', nodes: [node], inputs: [], outputs: [] };
        expect(() => writeOnnx({ graph })).toThrow("attribute 'alpha' is 0.5; write a real number as { float: 0.5 }");
        const initializers = new Map([['k', { dtype: 'int8', shape: [1], data: new Int8Array(1) }]]);
        expect(() => writeOnnx({ graph: { ...graph, nodes: [], initializers } })).toThrow("initializer 'k' has dtype int8, wanted one of float32");
    });
});
