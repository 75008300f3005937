import type { Mutant } from './mutants.mjs';

export function switched(
  source: string,
  mutants: readonly (Mutant & { readonly id: number })[],
): string | undefined;
