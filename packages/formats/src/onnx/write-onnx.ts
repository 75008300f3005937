import { checkNdArray, type NdArray } from '../ndarray.js';
import { ProtobufWriter } from '../protobuf/protobuf-writer.js';

/** A number, a list of whole numbers, a string, or (for Scan, Loop, If) the body graph. */
export type OnnxAttribute = number | readonly number[] | string | { readonly float: number } | OnnxGraph;

/** One operator: `opType` and attribute names as in the ONNX operator list. */
export interface OnnxNode {
  readonly opType: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
  readonly name?: string;
}

/** A graph input or output; a string in `shape` names a free dimension. */
export interface OnnxValue {
  readonly name: string;
  readonly dtype: 'float32' | 'int64' | 'bool';
  readonly shape: readonly (number | string)[];
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly initializers?: ReadonlyMap<string, NdArray>;
}

export interface OnnxModel {
  readonly graph: OnnxGraph;
  /** Operator set version, 17 unless stated. */
  readonly opset?: number;
  readonly producer?: string;
  readonly description?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

// TensorProto.DataType
const elementTypes = { float32: 1, int64: 7, bool: 9, float64: 11, int32: 6 } as const;
// AttributeProto.AttributeType
const attributeTypes = { float: 1, int: 2, string: 3, graph: 5, ints: 7 } as const;

function writeTensor(writer: ProtobufWriter, name: string, array: NdArray): void {
  checkNdArray('writeOnnx', array);
  const type = elementTypes[array.dtype as keyof typeof elementTypes];
  if (type === undefined) {
    throw new TypeError(
      `writeOnnx: initializer '${name}' has dtype ${array.dtype}, wanted one of ${Object.keys(elementTypes).join(', ')}`,
    );
  }
  for (const extent of array.shape) writer.int(1, extent);
  writer.int(2, type);
  writer.string(8, name);
  const { buffer, byteOffset, byteLength } = array.data;
  writer.bytes(9, new Uint8Array(buffer, byteOffset, byteLength)); // raw_data, little endian as every JS host
}

function writeValue(writer: ProtobufWriter, value: OnnxValue): void {
  writer.string(1, value.name);
  writer.message(2, (type) =>
    type.message(1, (tensor) => {
      tensor.int(1, elementTypes[value.dtype]);
      tensor.message(2, (shape) => {
        for (const extent of value.shape) {
          shape.message(1, (dimension) => {
            if (typeof extent === 'string') dimension.string(2, extent);
            else dimension.int(1, extent);
          });
        }
      });
    }),
  );
}

function isGraph(value: OnnxAttribute): value is OnnxGraph {
  return typeof value === 'object' && 'nodes' in value;
}

function writeAttribute(writer: ProtobufWriter, name: string, value: OnnxAttribute): void {
  writer.string(1, name);
  if (typeof value === 'number') {
    if (!Number.isInteger(value)) {
      throw new TypeError(
        `writeOnnx: attribute '${name}' is ${value}; write a real number as { float: ${value} }`,
      );
    }
    writer.int(3, value).int(20, attributeTypes.int);
  } else if (typeof value === 'string') {
    writer.bytes(4, new TextEncoder().encode(value)).int(20, attributeTypes.string);
  } else if (isGraph(value)) {
    writer.message(6, (graph) => writeGraph(graph, value)).int(20, attributeTypes.graph);
  } else if ('float' in value) {
    writer.float(2, value.float).int(20, attributeTypes.float);
  } else {
    for (const item of value) writer.int(8, item);
    writer.int(20, attributeTypes.ints);
  }
}

function writeGraph(writer: ProtobufWriter, graph: OnnxGraph): void {
  for (const node of graph.nodes) {
    writer.message(1, (out) => {
      for (const input of node.inputs) out.string(1, input);
      for (const output of node.outputs) out.string(2, output);
      if (node.name !== undefined) out.string(3, node.name);
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
  for (const input of graph.inputs) writer.message(11, (out) => writeValue(out, input));
  for (const output of graph.outputs) writer.message(12, (out) => writeValue(out, output));
}

/**
 * An ONNX model file (protobuf ModelProto, IR version 8).
 *
 * Source: onnx.proto of ONNX 1.12 (field numbers) and the ONNX operator list.
 *
 * @throws TypeError for an initializer dtype or attribute that ONNX files cannot hold here.
 */
export function writeOnnx(model: OnnxModel): Uint8Array {
  const writer = new ProtobufWriter();
  writer.int(1, 8);
  writer.string(2, model.producer ?? 'prismamba');
  if (model.description !== undefined) writer.string(6, model.description);
  writer.message(7, (graph) => writeGraph(graph, model.graph));
  writer.message(8, (opset) => opset.string(1, '').int(2, model.opset ?? 17));
  for (const [key, value] of Object.entries(model.metadata ?? {})) {
    writer.message(14, (entry) => entry.string(1, key).string(2, value));
  }
  return writer.finish();
}
