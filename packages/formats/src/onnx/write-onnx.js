import { checkNdArray } from '../ndarray.js';
import { ProtobufWriter } from '../protobuf/protobuf-writer.js';
// TensorProto.DataType
const elementTypes = { float32: 1, int64: 7, bool: 9, float64: 11, int32: 6 };
// AttributeProto.AttributeType
const attributeTypes = { float: 1, int: 2, string: 3, graph: 5, ints: 7 };
function writeTensor(writer, name, array) {
    checkNdArray('writeOnnx', array);
    const type = elementTypes[array.dtype];
    if (type === undefined) {
        throw new TypeError(`writeOnnx: initializer '${name}' has dtype ${array.dtype}, wanted one of ${Object.keys(elementTypes).join(', ')}`);
    }
    for (const extent of array.shape)
        writer.int(1, extent);
    writer.int(2, type);
    writer.string(8, name);
    const { buffer, byteOffset, byteLength } = array.data;
    writer.bytes(9, new Uint8Array(buffer, byteOffset, byteLength)); // raw_data, little endian as every JS host
}
function writeValue(writer, value) {
    writer.string(1, value.name);
    writer.message(2, (type) => type.message(1, (tensor) => {
        tensor.int(1, elementTypes[value.dtype]);
        tensor.message(2, (shape) => {
            for (const extent of value.shape) {
                shape.message(1, (dimension) => {
                    if (typeof extent === 'string')
                        dimension.string(2, extent);
                    else
                        dimension.int(1, extent);
                });
            }
        });
    }));
}
function isGraph(value) {
    return typeof value === 'object' && 'nodes' in value;
}
function writeAttribute(writer, name, value) {
    writer.string(1, name);
    if (typeof value === 'number') {
        if (!Number.isInteger(value)) {
            throw new TypeError(`writeOnnx: attribute '${name}' is ${value}; write a real number as { float: ${value} }`);
        }
        writer.int(3, value).int(20, attributeTypes.int);
    }
    else if (typeof value === 'string') {
        writer.bytes(4, new TextEncoder().encode(value)).int(20, attributeTypes.string);
    }
    else if (isGraph(value)) {
        writer.message(6, (graph) => writeGraph(graph, value)).int(20, attributeTypes.graph);
    }
    else if ('float' in value) {
        writer.float(2, value.float).int(20, attributeTypes.float);
    }
    else {
        for (const item of value)
            writer.int(8, item);
        writer.int(20, attributeTypes.ints);
    }
}
function writeGraph(writer, graph) {
    for (const node of graph.nodes) {
        writer.message(1, (out) => {
            for (const input of node.inputs)
                out.string(1, input);
            for (const output of node.outputs)
                out.string(2, output);
            if (node.name !== undefined)
                out.string(3, node.name);
            out.string(4, node.opType);
            for (const [name, value] of Object.entries(node.attributes ?? {})) {
                out.message(5, (attribute) => writeAttribute(attribute, name, value));
            }
        });
    }
    writer.string(2, graph.name);
    for (const [name, array] of graph.initializers ?? []) {
        writer.message(5, (tensor) => writeTensor(tensor, name, array));
    }
    for (const input of graph.inputs)
        writer.message(11, (out) => writeValue(out, input));
    for (const output of graph.outputs)
        writer.message(12, (out) => writeValue(out, output));
}
/**
 * An ONNX model file (protobuf ModelProto, IR version 8).
 *
 * Source: onnx.proto of ONNX 1.12 (field numbers) and the ONNX operator list.
 *
 * @throws TypeError for an initializer dtype or attribute that ONNX files cannot hold here.
 */
export function writeOnnx(model) {
    const writer = new ProtobufWriter();
    writer.int(1, 8);
    writer.string(2, model.producer ?? 'prismamba');
    if (model.description !== undefined)
        writer.string(6, model.description);
    writer.message(7, (graph) => writeGraph(graph, model.graph));
    writer.message(8, (opset) => opset.string(1, '').int(2, model.opset ?? 17));
    for (const [key, value] of Object.entries(model.metadata ?? {})) {
        writer.message(14, (entry) => entry.string(1, key).string(2, value));
    }
    return writer.finish();
}
