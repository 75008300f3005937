import type { Attribute, NamedAttrMap } from '@tensorflow/tfjs-core';

/** What every kernel of an operator is told beside the operator's own attributes. */
export interface KernelAttributes {
  /** Names of the inputs that the forward pass was given. */
  readonly given: readonly string[];
  /** Whether intermediates are wanted. */
  readonly recording: boolean;
}

/** The declared attributes and ours as one map. @throws where a declared one is missing. */
export function packAttributes(
  operator: string,
  declared: Readonly<Record<string, string>>,
  attributes: object,
  { given, recording }: KernelAttributes,
): NamedAttrMap {
  const values = attributes as Readonly<Record<string, Attribute | undefined>>;
  const packed: NamedAttrMap = { given: [...given], recording };
  for (const name in declared) {
    const value = values[name];
    if (value === undefined) {
      throw new Error(`${operator}: attributes.${name}: got undefined, wanted a ${declared[name] ?? ''}`);
    }
    packed[name] = value;
  }
  return packed;
}

/** The inverse of {@link packAttributes}; the declaration says that the rest is an `A`. */
export function unpackAttributes<A>(attrs: NamedAttrMap | undefined): KernelAttributes & {
  readonly attributes: A;
} {
  const { given, recording, ...attributes } = (attrs ?? {}) as Partial<KernelAttributes>;
  return { given: given ?? [], recording: recording === true, attributes: attributes as A };
}
