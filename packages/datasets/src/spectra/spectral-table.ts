import { DatasetError } from '../dataset-error.js';

/** Named curves over one list of wavelengths in nm (observer, camera, illuminants, reflectances). */
export interface SpectralTable<Name extends string = string> {
  readonly name: string;
  /** nm, strictly increasing. */
  readonly wavelengths: readonly number[];
  readonly columns: Readonly<Record<Name, readonly number[]>>;
}

/** Names of the curves of a table. */
export type CurveName<Table> = Table extends SpectralTable<infer Name> ? Name : never;

interface UniformTable<Name extends string> {
  readonly name: string;
  readonly wavelengths: { readonly first: number; readonly step: number };
  readonly columns: Readonly<Record<Name, readonly number[]>>;
}

/** A table on a uniform grid: the wavelengths follow from the first, the step and the length of the columns. */
export function defineTable<Name extends string>(table: UniformTable<Name>): SpectralTable<Name> {
  const columns: readonly (readonly number[])[] = Object.values(table.columns);
  const length = columns[0]?.length ?? 0;
  const { first, step } = table.wavelengths;
  return {
    name: table.name,
    wavelengths: Array.from({ length }, (_, i) => first + i * step),
    columns: table.columns,
  };
}

/** Evenly spaced wavelengths in nm; `uniformWavelengths(400, 700, 10)` is the 31-band grid of this project. */
export function uniformWavelengths(first: number, last: number, step: number): number[] {
  return Array.from({ length: Math.floor((last - first) / step + 1e-9) + 1 }, (_, i) => first + i * step);
}

/** 400, 410, ..., 700 nm. */
export const standardWavelengths: readonly number[] = uniformWavelengths(400, 700, 10);

/** What a curve is worth outside its measured range: nothing, its nearest value, or an error. */
export type OutsideRule = 'zero' | 'nearest' | 'error';

/**
 * Linear interpolation of a curve at other wavelengths.
 *
 * @param from wavelengths in nm of the curve, strictly increasing
 * @param values the curve, one value a wavelength
 * @param to wavelengths in nm wanted
 * @param outside rule beyond the ends; `'error'` by default
 * @throws DatasetError where lengths differ, wavelengths do not increase, or a wanted one lies outside under `'error'`
 */
export function interpolateCurve(
  from: readonly number[],
  values: ArrayLike<number>,
  to: readonly number[],
  outside: OutsideRule = 'error',
): Float64Array {
  if (from.length !== values.length || from.length === 0) {
    throw new DatasetError(
      `interpolateCurve: wavelengths and values must have one length >= 1, got ${from.length} and ${values.length}`,
    );
  }
  for (let i = 1; i < from.length; i++) {
    if (!(from[i]! > from[i - 1]!)) {
      throw new DatasetError(
        `interpolateCurve: wavelengths must increase, got ${from[i - 1]} nm before ${from[i]} nm`,
      );
    }
  }
  const last = from.length - 1;
  return Float64Array.from(to, (wanted) => {
    if (wanted < from[0]! || wanted > from[last]!) {
      if (outside === 'zero') return 0;
      if (outside === 'nearest') return wanted < from[0]! ? values[0]! : values[last]!;
      throw new DatasetError(
        `interpolateCurve: ${wanted} nm lies outside ${from[0]}-${from[last]} nm; choose outside 'zero' or 'nearest'`,
      );
    }
    let low = 0;
    let high = last;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (from[middle]! <= wanted) low = middle;
      else high = middle;
    }
    if (high === low) return values[low]!;
    const t = (wanted - from[low]!) / (from[high]! - from[low]!);
    return values[low]! + t * (values[high]! - values[low]!);
  });
}

/** All columns of a table at the given wavelengths. */
export function sampleTable<Name extends string>(
  table: SpectralTable<Name>,
  wavelengths: readonly number[],
  outside: OutsideRule = 'error',
): Record<Name, Float64Array> {
  const entries = Object.entries<readonly number[]>(table.columns).map(
    ([name, values]) => [name, interpolateCurve(table.wavelengths, values, wavelengths, outside)] as const,
  );
  return Object.fromEntries(entries) as Record<Name, Float64Array>;
}
