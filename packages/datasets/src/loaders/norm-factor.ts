import type { ArrayFile } from '@prismamba/formats/node';
import { DatasetError } from '../dataset-error.js';

/** What is done with the number `norm_factor` that stands beside a cube of ARAD. */
export type NormFactorRule = 'ignore' | 'multiply' | 'divide';

/** The cube by the rule; `norm_factor` is read from the cube's file. Changes the cube in place. */
export function applyNormFactor(
  cube: Float32Array,
  file: ArrayFile,
  rule: NormFactorRule,
  context: string,
): Float32Array {
  if (rule === 'ignore') return cube;
  const factor = readNormFactor(file, context);
  for (let i = 0; i < cube.length; i++) cube[i] = rule === 'multiply' ? cube[i]! * factor : cube[i]! / factor;
  return cube;
}

export function normFactorNotes(rule: NormFactorRule): string[] {
  if (rule === 'ignore') return [];
  return [
    `each cube is ${rule === 'multiply' ? 'multiplied' : 'divided'} by its norm_factor; the papers' code takes cubes as stored`,
  ];
}

function readNormFactor(file: ArrayFile, context: string): number {
  const names = file.keys();
  if (!names.includes('norm_factor')) {
    throw new DatasetError(
      `${context}: ${file.path} has no variable 'norm_factor'; it holds ${names.join(', ')}. Leave the option normFactor out`,
    );
  }
  const { data } = file.read('norm_factor');
  const factor = Number(data[0]);
  if (data.length !== 1 || !Number.isFinite(factor) || factor <= 0) {
    throw new DatasetError(
      `${context}: 'norm_factor' of ${file.path} has ${data.length} values, the first ${factor}; wanted one number > 0`,
    );
  }
  return factor;
}
