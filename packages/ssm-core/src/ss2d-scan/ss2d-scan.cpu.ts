import { registerKernels, type Infos } from '@prismamba/core/operator';
import type * as tf from '@tensorflow/tfjs-core';
import { ss2dScanOperator, type Ss2dScanArgs } from './ss2d-scan.operator.js';
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

const read = (backend: CpuBackend, info: tf.TensorInfo): Float64Array =>
  Float64Array.from(backend.data.get(info.dataId).values);

const write = (backend: CpuBackend, shape: readonly number[], values: Float64Array): tf.TensorInfo =>
  backend.makeTensorInfo([...shape], 'float32', Float32Array.from(values));

function problem(
  backend: CpuBackend,
  inputs: Infos<Ss2dScanArgs>,
): { values: Ss2dScanReferenceInputs; size: Ss2dScanSize } {
  const [batch, height, width, channels] = inputs.x.shape as [number, number, number, number];
  return {
    values: {
      x: read(backend, inputs.x),
      xProjWeight: read(backend, inputs.xProjWeight),
      dtProjsWeight: read(backend, inputs.dtProjsWeight),
      dtProjsBias: read(backend, inputs.dtProjsBias),
      ALogs: read(backend, inputs.ALogs),
      Ds: read(backend, inputs.Ds),
    },
    size: {
      batch,
      height,
      width,
      channels,
      rank: inputs.dtProjsWeight.shape[2]!,
      states: inputs.ALogs.shape[1]!,
    },
  };
}

registerKernels(ss2dScanOperator, 'cpu', {
  forward({ backend, inputs }) {
    const cpu = backend as CpuBackend;
    const { values, size } = problem(cpu, inputs);
    const y = write(cpu, inputs.x.shape, ss2dScanReference(values, size));
    return { y, states: write(cpu, [0], new Float64Array(0)) };
  },

  backward({ backend, inputs, upstream }) {
    const cpu = backend as CpuBackend;
    const { values, size } = problem(cpu, inputs);
    const gradients = ss2dScanReferenceGradient(values, size, read(cpu, upstream.y));
    return {
      x: write(cpu, inputs.x.shape, gradients.x),
      xProjWeight: write(cpu, inputs.xProjWeight.shape, gradients.xProjWeight),
      dtProjsWeight: write(cpu, inputs.dtProjsWeight.shape, gradients.dtProjsWeight),
      dtProjsBias: write(cpu, inputs.dtProjsBias.shape, gradients.dtProjsBias),
      ALogs: write(cpu, inputs.ALogs.shape, gradients.ALogs),
      Ds: write(cpu, inputs.Ds.shape, gradients.Ds),
    };
  },
});
