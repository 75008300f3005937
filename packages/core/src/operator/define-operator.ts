import * as tf from '@tensorflow/tfjs-core';
import { packAttributes, unpackAttributes } from './kernel-attributes.js';
import type {
  AttributeList,
  GradientCall,
  Gradients,
  Infos,
  Operator,
  OperatorDeclaration,
  OperatorKernelConfig,
} from './operator.js';
import {
  entriesOf,
  gradientNames,
  named,
  pack,
  savedOutputName,
  unpack,
  upstreamName,
  type Kinds,
  type Values,
} from './packing.js';
import { warnOfTwoCopies } from './one-tensorflow.js';
import { releaseAfterGradient } from './release-after-gradient.js';
import { warnOfMissingKernels } from './warn-of-missing-kernels.js';

/** Runs a kernel of the current backend; all of ours return a list. */
function runKernels(name: string, inputs: tf.NamedTensorMap, attributes: tf.NamedAttrMap): tf.Tensor[] {
  return tf.engine().runKernel<tf.Tensor[] & tf.Tensor>(name, inputs, attributes);
}

/**
 * Makes an operator of its declaration: dispatch to the current backend's kernel or the composed form, the gradient,
 * and the packing of inputs by name. Nothing is registered before the operator first runs a kernel; `registerKernels` gives
 * a backend its kernels.
 *
 *     export const scaleOperator = defineOperator({
 *       name: 'Scale',
 *       inputs: { x: 'required', factor: 'required', shift: 'optional' },
 *       attributes: { axis: 'number' },
 *       outputs: ['y'],
 *       saved: { inputs: 'all' },
 *       composed: scaleComposed, // (inputs: ScaleInputs, attributes: ScaleAttributes) => { y: tf.Tensor }
 *     });
 *
 * The compiler compares `inputs` and `attributes` with the arguments of the composed form: a missing or extra one, or an
 * optional one declared as required, does not compile.
 */
export function defineOperator<
  I extends object,
  A extends object,
  O extends object,
  K extends string = never,
>(declaration: OperatorDeclaration<I, A, O, K>): Operator<I, A, O, K> {
  warnOfTwoCopies();
  const { name, outputs, saved, composed } = declaration;
  const gradientName = `${name}Gradient`;
  const kinds: Kinds = declaration.inputs;
  const attributeKinds: Readonly<Record<string, string>> = declaration.attributes;
  const intermediates: readonly K[] = saved?.intermediates ?? [];
  const all: readonly string[] = [...outputs, ...intermediates];
  /** In the order in which TensorFlow.js saves them. */
  const savedOutputs = outputs.filter((output) => saved?.outputs?.includes(output) === true);

  const runKernel: Operator<I, A, O, K>['runKernel'] = (inputs, attributes, recording) => {
    const packed = pack(kinds, inputs as Values<tf.Tensor>);
    const given = Object.keys(packed);
    const attrs = packAttributes(name, attributeKinds, attributes, {
      given,
      recording,
    });
    return named(all, runKernels(name, packed, attrs)) as ReturnType<Operator<I, A, O, K>['runKernel']>;
  };

  const runGradient = (call: GradientCall<I, A, O, K>, given: readonly string[]): Gradients<I> => {
    const { inputs, upstream, attributes } = call;
    const packed: tf.NamedTensorMap = {
      ...Object.fromEntries(entriesOf(kinds, inputs as Values<tf.Tensor>)),
      ...Object.fromEntries(
        savedOutputs.map((output) => [savedOutputName(output), call.outputs?.[output] as tf.Tensor]),
      ),
      ...call.intermediates,
      ...Object.fromEntries(outputs.map((output) => [upstreamName(output), upstream[output]])),
    };
    const attrs = packAttributes(name, attributeKinds, attributes, {
      given,
      recording: false,
    });
    const wanted = gradientNames(declaration, given);
    return unpack(kinds, named(wanted, runKernels(gradientName, packed, attrs))) as Gradients<I>;
  };

  const savedNames = saved?.inputs === 'all' ? undefined : saved?.inputs;

  const gradFunc: tf.GradFunc = (dy, tensors, attrs) => {
    const upstream = Array.isArray(dy) ? dy : [dy];
    const { given, attributes } = unpackAttributes<A>(attrs);
    // TensorFlow.js makes zeros for the gradients of outputs that nobody used; nobody ever uses intermediates.
    releaseAfterGradient(upstream.slice(outputs.length), []);
    const names = savedNames ?? given;
    const call = {
      inputs: unpack(kinds, named(names, tensors)) as I,
      outputs: named(savedOutputs, tensors.slice(names.length)) as GradientCall<I, A, O, K>['outputs'] &
        object,
      intermediates: named(intermediates, tensors.slice(names.length + savedOutputs.length)) as GradientCall<
        I,
        A,
        O,
        K
      >['intermediates'],
      upstream: named(outputs, upstream) as GradientCall<I, A, O, K>['upstream'],
      attributes,
    };
    const gradients = declaration.gradient?.(call) ?? runGradient(call, given);
    releaseAfterGradient(upstream.slice(0, outputs.length), tensors);
    const entries = entriesOf(kinds, gradients as Values<tf.Tensor>);
    return Object.fromEntries(entries.map(([key, gradient]) => [key, () => gradient]));
  };

  const registerGradient = (): void => {
    if (saved === undefined || tf.getGradient(name) !== undefined) return;
    tf.registerGradient({
      kernelName: name,
      ...(savedNames === undefined ? { saveAllInputs: true } : { inputsToSave: [...savedNames] }),
      outputsToSave: [
        ...outputs.map((output) => savedOutputs.includes(output)),
        ...intermediates.map(() => true),
      ],
      gradFunc,
    });
  };

  const hasKernel = (inputs?: Infos<I>, attributes?: A): boolean => {
    const kernel: OperatorKernelConfig | undefined = tf.getKernel(name, tf.getBackend());
    if (kernel === undefined || kernel.available?.() === false) return false;
    return inputs === undefined || kernel.supports?.(inputs, attributes ?? {}) !== false;
  };

  return {
    name,
    gradientName,
    declaration,
    composed: (inputs, ...attributes) => composed(inputs, attributesOf(attributes)),
    hasKernel,
    run: (inputs, ...list) => {
      warnOfTwoCopies();
      const attributes = attributesOf(list);
      if (!hasKernel(inputs as Infos<I>, attributes)) {
        warnOfMissingKernels(name, declaration.kernels);
        return composed(inputs, attributes);
      }
      registerGradient();
      const results = runKernel(inputs, attributes, saved !== undefined && tf.engine().isTapeOn());
      // Not the intermediates: they are the gradient's.
      return Object.fromEntries(outputs.map((output) => [output, results[output]])) as O;
    },
    runKernel,
    runGradient: (call) =>
      runGradient(
        call,
        entriesOf(kinds, call.inputs as Values<tf.Tensor>).map(([key]) => key),
      ),
  };
}

const attributesOf = <A>(list: AttributeList<A>): A => (list[0] ?? {}) as A;
