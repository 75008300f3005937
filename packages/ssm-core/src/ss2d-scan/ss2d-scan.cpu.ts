import * as tf from '@tensorflow/tfjs-core';
import { SS2D_SCAN, SS2D_SCAN_GRADIENT } from './ss2d-scan.names.js';
import {
  ss2dScanReference,
  ss2dScanReferenceGradient,
  type Ss2dScanReferenceInputs,
  type Ss2dScanSize,
} from './ss2d-scan.reference.js';

/**
 * On the CPU backend the definition itself is the kernel: plain loops in float64 are much faster there than the
 * composed form, whose every tensor operator is a loop of its own. No state is saved; the backward pass computes all
 * again, channel by channel.
 */

/** What a kernel needs of TensorFlow.js' CPU backend. */
interface CpuBackend {
  readonly data: { get(dataId: object): { values: ArrayLike<number> } };
  makeTensorInfo(shape: number[], dtype: tf.DataType, values: Float32Array): tf.TensorInfo;
}

type Inputs = Readonly<Record<string, tf.TensorInfo>>;

const ORDER = ['x', 'xProjWeight', 'dtProjsWeight', 'dtProjsBias', 'ALogs', 'Ds'] as const;

function read(backend: CpuBackend, inputs: Inputs): { values: Ss2dScanReferenceInputs; size: Ss2dScanSize } {
  const values = Object.fromEntries(
    ORDER.map((name) => [name, Float64Array.from(backend.data.get(inputs[name]!.dataId).values)]),
  );
  const [batch, height, width, channels] = inputs['x']!.shape as [number, number, number, number];
  const size = {
    batch,
    height,
    width,
    channels,
    rank: inputs['dtProjsWeight']!.shape[2]!,
    states: inputs['ALogs']!.shape[1]!,
  };
  return { values: values as unknown as Ss2dScanReferenceInputs, size };
}

tf.registerKernel({
  kernelName: SS2D_SCAN,
  backendName: 'cpu',
  kernelFunc: ({ inputs, backend }) => {
    const cpu = backend as CpuBackend;
    const { values, size } = read(cpu, inputs as Inputs);
    const y = cpu.makeTensorInfo(
      [...(inputs as Inputs)['x']!.shape],
      'float32',
      Float32Array.from(ss2dScanReference(values, size)),
    );
    return [y, cpu.makeTensorInfo([0], 'float32', new Float32Array(0))];
  },
});

tf.registerKernel({
  kernelName: SS2D_SCAN_GRADIENT,
  backendName: 'cpu',
  kernelFunc: ({ inputs, backend }) => {
    const cpu = backend as CpuBackend;
    const { values, size } = read(cpu, inputs as Inputs);
    const dy = Float64Array.from(cpu.data.get((inputs as Inputs)['dy']!.dataId).values);
    const gradients = ss2dScanReferenceGradient(values, size, dy);
    return ORDER.map((name) =>
      cpu.makeTensorInfo([...(inputs as Inputs)[name]!.shape], 'float32', Float32Array.from(gradients[name])),
    );
  },
});
