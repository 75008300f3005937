import { writeOnnx, type OnnxNode } from '@prismamba/formats/internal';
import type { ScanProblem } from '../scan-problem.js';
import { loadRival } from './rival-modules.js';

interface OnnxRuntime {
  readonly InferenceSession: {
    create(
      bytes: Uint8Array,
      options: object,
    ): Promise<{ run(feeds: object): Promise<Record<string, { data: Float32Array }>> }>;
  };
  readonly Tensor: new (type: string, data: Float32Array, dims: number[]) => object;
}

function node(opType: string, inputs: string[], output: string, attributes = {}): OnnxNode {
  return { opType, inputs, outputs: [output], attributes };
}

/** The selective scan as ONNX's own `Scan` operator, one step a token (opset 17). */
export function scanModel(problem: ScanProblem): Uint8Array {
  const { length, channels, states } = problem;
  const value = (name: string, shape: number[]) => ({ name, dtype: 'float32' as const, shape });
  const axes = (name: string, ...values: number[]) =>
    [
      name,
      { dtype: 'int64' as const, shape: [values.length], data: BigInt64Array.from(values, BigInt) },
    ] as const;
  const body = {
    name: 'step',
    inputs: [
      value('h', [channels, states]),
      value('delta_t', [channels]),
      value('u_t', [channels]),
      value('B_t', [states]),
      value('C_t', [states]),
    ],
    outputs: [value('h_next', [channels, states]), value('y_t', [channels])],
    initializers: new Map([axes('last', 1), axes('first', 0)]),
    nodes: [
      node('Unsqueeze', ['delta_t', 'last'], 'delta_column'),
      node('Mul', ['delta_column', 'A'], 'exponent'),
      node('Exp', ['exponent'], 'decay'),
      node('Mul', ['decay', 'h'], 'kept'),
      node('Mul', ['delta_t', 'u_t'], 'drive'),
      node('Unsqueeze', ['drive', 'last'], 'drive_column'),
      node('Unsqueeze', ['B_t', 'first'], 'B_row'),
      node('Mul', ['drive_column', 'B_row'], 'added'),
      node('Add', ['kept', 'added'], 'h_next'),
      node('Unsqueeze', ['C_t', 'last'], 'C_column'),
      node('MatMul', ['h_next', 'C_column'], 'y_column'),
      node('Squeeze', ['y_column', 'last'], 'y_t'),
    ],
  };
  return writeOnnx({
    graph: {
      name: 'selective_scan',
      inputs: [
        value('u', [length, channels]),
        value('delta', [length, channels]),
        value('B', [length, states]),
        value('C', [length, states]),
      ],
      outputs: [value('y', [length, channels])],
      initializers: new Map([
        ['A', { dtype: 'float32', shape: [channels, states], data: problem.A }],
        ['D', { dtype: 'float32', shape: [channels], data: problem.D }],
        ['bias', { dtype: 'float32', shape: [channels], data: problem.deltaBias }],
        ['h0', { dtype: 'float32', shape: [channels, states], data: new Float32Array(channels * states) }],
      ]),
      nodes: [
        node('Add', ['delta', 'bias'], 'raw'),
        node('Softplus', ['raw'], 'step'),
        {
          opType: 'Scan',
          inputs: ['h0', 'step', 'u', 'B', 'C'],
          outputs: ['h_last', 'scanned'],
          attributes: { body, num_scan_inputs: 4 },
        },
        node('Mul', ['u', 'D'], 'skip'),
        node('Add', ['scanned', 'skip'], 'y'),
      ],
    },
  });
}

/** [rows, columns] to [columns, rows]. */
export function transposed(data: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(data.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = data[i * columns + j]!;
  return out;
}

/** A function that runs the scan once and gives y as [D, L]; undefined where onnxruntime-node is not installed. */
export async function onnxScan(
  problem: ScanProblem,
  threads: number,
): Promise<(() => Promise<Float32Array>) | undefined> {
  const ort = await loadRival<OnnxRuntime>('onnxruntime-node');
  if (ort === undefined) return undefined;
  const { length, channels, states } = problem;
  const session = await ort.InferenceSession.create(scanModel(problem), {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
  });
  const tensor = (data: Float32Array, width: number) => new ort.Tensor('float32', data, [length, width]);
  const feeds = {
    u: tensor(transposed(problem.u, channels, length), channels),
    delta: tensor(transposed(problem.delta, channels, length), channels),
    B: tensor(transposed(problem.B, states, length), states),
    C: tensor(transposed(problem.C, states, length), states),
  };
  return async () => {
    const { y } = await session.run(feeds);
    return transposed(y!.data, length, channels);
  };
}
