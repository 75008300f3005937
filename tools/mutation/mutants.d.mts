export interface Mutant {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly kind: string;
  readonly original: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly site: { readonly start: number; readonly end: number };
}
export function mutantsOf(file: string, source: string): Mutant[];
export function applyMutant(source: string, mutant: Pick<Mutant, 'start' | 'end' | 'text'>): string;
export function sample<T>(mutants: readonly T[], count: number, seed: number): readonly T[];
