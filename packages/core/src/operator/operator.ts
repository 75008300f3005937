import type { KernelConfig, Tensor, TensorInfo } from '@tensorflow/tfjs-core';

/** How an input travels: always there, possibly absent, or any number of tensors. */
export type InputKind<V> = undefined extends V
  ? 'optional'
  : V extends readonly Tensor[]
    ? 'list'
    : 'required';

/** What an attribute is, in words, so that a kernel for another backend can be written from the declaration alone. */
export type AttributeKind<V> = V extends boolean
  ? 'boolean'
  : V extends number
    ? 'number'
    : V extends string
      ? 'string'
      : V extends readonly number[]
        ? 'numbers'
        : V extends readonly string[]
          ? 'strings'
          : never;

/** The inputs of an operator as a backend's kernel gets them: without the tensors' methods, under the same names. */
export type Infos<I> = {
  readonly [N in keyof I]: I[N] extends readonly unknown[]
    ? readonly TensorInfo[]
    : undefined extends I[N]
      ? TensorInfo | undefined
      : TensorInfo;
};

/** Results under their names. */
export type Named<Names extends string, T> = Readonly<Record<Names, T>>;

/** Gradients under the names of the inputs; those of absent inputs are not there. */
export type Gradients<I> = {
  readonly [N in keyof I]?: I[N] extends readonly unknown[] ? readonly Tensor[] : Tensor;
};

/** The same as a backend's kernel returns them: one for each input that was given. */
export type GradientInfos<I> = {
  readonly [N in keyof I]?:
    | (I[N] extends readonly unknown[] ? readonly TensorInfo[] : TensorInfo)
    | undefined;
};

/** What a gradient is computed from: `I` are the saved inputs, `upstream` the gradients of the outputs. */
export interface GradientCall<I, A, O, K extends string> {
  readonly inputs: I;
  /** The saved ones. */
  readonly outputs?: Partial<Named<keyof O & string, Tensor>>;
  readonly intermediates: Named<K, Tensor>;
  readonly upstream: Named<keyof O & string, Tensor>;
  readonly attributes: A;
}

export interface ForwardKernelCall<I, A> {
  readonly backend: unknown;
  readonly inputs: Infos<I>;
  readonly attributes: A;
  /** Whether a gradient may follow, so that intermediates are wanted. */
  readonly recording: boolean;
}

export interface BackwardKernelCall<I, A, O, K extends string> {
  readonly backend: unknown;
  /** The saved ones; the others are undefined, whatever their type says. */
  readonly inputs: Infos<I>;
  /** Whether the forward pass was given this input, so that its gradient is wanted. */
  readonly given: (name: keyof I & string) => boolean;
  /** The saved ones; the others are undefined, whatever their type says. */
  readonly outputs: Named<keyof O & string, TensorInfo>;
  readonly intermediates: Named<K, TensorInfo>;
  readonly upstream: Named<keyof O & string, TensorInfo>;
  readonly attributes: A;
}

/** The kernels of an operator on one backend. */
export interface OperatorKernels<I, A, O, K extends string> {
  /** Whether this backend, as it runs now, can run the kernels at all; true unless stated. */
  readonly available?: () => boolean;
  /** Whether they can run on these inputs; where they cannot, the composed form runs. True unless stated. */
  readonly supports?: (inputs: Infos<I>, attributes: A) => boolean;
  /** The outputs, and the intermediates where `recording`. */
  readonly forward: (
    call: ForwardKernelCall<I, A>,
  ) => Named<keyof O & string, TensorInfo> & Partial<Named<K, TensorInfo>>;
  /** The gradient of every input that was given. Absent where the operator's declaration states its gradient. */
  readonly backward?: (call: BackwardKernelCall<I, A, O, K>) => GradientInfos<I>;
}

/** TensorFlow.js's entry of a kernel, with when it can run. */
export interface OperatorKernelConfig extends KernelConfig {
  readonly available?: (() => boolean) | undefined;
  readonly supports?: ((inputs: object, attributes: object) => boolean) | undefined;
}

/** An operator, declared once: everything that dispatch, gradient and kernels need to know of it. */
export interface OperatorDeclaration<
  I extends object,
  A extends object,
  O extends object,
  K extends string = never,
> {
  /** Kernels are registered with TensorFlow.js under it, those of the gradient under it with `Gradient` behind. */
  readonly name: string;
  readonly inputs: { readonly [N in keyof I]-?: InputKind<I[N]> };
  readonly attributes: { readonly [N in keyof A]-?: AttributeKind<A[N]> };
  /** The names of the outputs, in the order in which a kernel's tensors stand. */
  readonly outputs: readonly (keyof O & string)[];
  /**
   * What the gradient is computed from: inputs, outputs (none unless stated), and intermediates, which only kernels make and only where a gradient may
   * follow. Absent: the operator has no gradient of its own (it is a part of one that has).
   */
  readonly saved?: {
    readonly inputs: 'all' | readonly (keyof I & string)[];
    readonly outputs?: readonly (keyof O & string)[];
    readonly intermediates?: readonly K[];
  };
  /**
   * The import that registers its kernels, by backend: where such a backend runs and they are not registered, the operator
   * says so once and runs the composed form. A backend without an entry has no kernels by design.
   */
  readonly kernels?: Readonly<Record<string, string>>;
  /** The operator out of TensorFlow.js operators, for any backend. */
  readonly composed: (inputs: I, attributes: A) => O;
  /** Inputs of which the gradient kernel returns a gradient; all unless stated. */
  readonly gradients?: readonly (keyof I & string)[];
  /** The gradient where it is no kernel of its own. */
  readonly gradient?: (call: GradientCall<I, A, O, K>) => Gradients<I>;
}

/** Attributes may be left out where there are none. */
export type AttributeList<A> = keyof A extends never ? [attributes?: A] : [attributes: A];

/** What `defineOperator` makes of a declaration. */
export interface Operator<I extends object, A extends object, O extends object, K extends string = never> {
  readonly name: string;
  readonly gradientName: string;
  readonly declaration: OperatorDeclaration<I, A, O, K>;
  readonly composed: (inputs: I, ...attributes: AttributeList<A>) => O;
  /** Whether the current backend has a kernel, and can run it (on these inputs, where they are given). */
  readonly hasKernel: (inputs?: Infos<I>, attributes?: A) => boolean;
  /** Runs the current backend's kernel where it has one, the composed form where it has not. */
  readonly run: (inputs: I, ...attributes: AttributeList<A>) => O;
  /** The kernel's tensors, intermediates included where `recording`, for a gradient that the caller states. */
  readonly runKernel: (
    inputs: I,
    attributes: A,
    recording: boolean,
  ) => Named<keyof O & string, Tensor> & Partial<Named<K, Tensor>>;
  /** Runs the gradient kernel. */
  readonly runGradient: (call: GradientCall<I, A, O, K>) => Gradients<I>;
}
