import type { NamedAttrMap } from '@tensorflow/tfjs-core';

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
  attributes: Readonly<Record<string, unknown>>,
  { given, recording }: KernelAttributes,
): NamedAttrMap {
  const own = Object.keys(declared).map((name): [string, unknown] => {
    if (attributes[name] === undefined) {
      throw new Error(`${operator}: attributes.${name}: got undefined, wanted a ${declared[name] ?? ''}`);
    }
    return [name, attributes[name]];
  });
  return { ...(Object.fromEntries(own) as NamedAttrMap), given: [...given], recording };
}
