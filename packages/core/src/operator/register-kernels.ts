import * as tf from '@tensorflow/tfjs-core';
import { unpackAttributes } from './kernel-attributes.js';
import type { Infos, Named, Operator, OperatorKernelConfig, OperatorKernels } from './operator.js';
import {
  gradientNames,
  listGradients,
  savedOutputName,
  unpack,
  upstreamName,
  type Kinds,
  type Values,
} from './packing.js';

/**
 * Registers an operator's kernels for a backend. A backend that has them already keeps those.
 * @throws Error where an operator whose gradient is a kernel gets none.
 */
export function registerKernels<I extends object, A extends object, O extends object, K extends string>(
  operator: Operator<I, A, O, K>,
  backendName: string,
  kernels: OperatorKernels<I, A, O, K>,
): void {
  const { name, gradientName, declaration } = operator;
  const kinds: Kinds = declaration.inputs;
  const intermediates: readonly K[] = declaration.saved?.intermediates ?? [];
  if (tf.getKernel(name, backendName) !== undefined) return;
  const { backward } = kernels;
  if (backward === undefined && declaration.gradient === undefined) {
    throw new Error(
      `registerKernels: ${name} on '${backendName}': backward: got none, wanted the gradient kernel`,
    );
  }
  const forward: OperatorKernelConfig = {
    kernelName: name,
    backendName,
    available: kernels.available,
    supports: kernels.supports as OperatorKernelConfig['supports'],
    kernelFunc: ({ backend, inputs, attrs }) => {
      const { recording, attributes } = unpackAttributes<A>(attrs);
      const call = { backend, inputs: unpack(kinds, inputs) as Infos<I>, attributes, recording };
      const results: Values<tf.TensorInfo> = kernels.forward(call);
      const names = recording ? [...declaration.outputs, ...intermediates] : declaration.outputs;
      return names.map((output) => {
        const info = results[output];
        if (info === undefined || Array.isArray(info)) {
          throw new Error(`${name}: the kernel on '${backendName}' returned no '${output}'`);
        }
        return info as tf.TensorInfo;
      });
    },
  };
  tf.registerKernel(forward);
  if (backward === undefined) return;
  tf.registerKernel({
    kernelName: gradientName,
    backendName,
    kernelFunc: ({ backend, inputs, attrs }) => {
      const { given, attributes } = unpackAttributes<A>(attrs);
      const pick = <N extends string>(names: readonly N[], nameOf: (name: N) => string = (key) => key) =>
        Object.fromEntries(names.map((key) => [key, inputs[nameOf(key)]!])) as Named<N, tf.TensorInfo>;
      const present = new Set(given);
      const call = {
        backend,
        inputs: unpack(kinds, inputs) as Infos<I>,
        given: (input: string) => present.has(kinds[input] === 'list' ? `${input}[0]` : input),
        outputs: pick(declaration.saved?.outputs ?? [], savedOutputName),
        intermediates: pick(intermediates),
        upstream: pick(declaration.outputs, upstreamName),
        attributes,
      };
      const gradients = backward(call);
      return listGradients(gradientName, gradientNames(declaration, given), kinds, gradients);
    },
  });
}
