import { checkShape } from '@prismamba/core';
import type { Shaped } from '../shaped.js';

export type Ss2dScanShapes = Readonly<
  Record<'x' | 'xProjWeight' | 'dtProjsWeight' | 'dtProjsBias' | 'ALogs' | 'Ds', Shaped>
>;

/** @throws Error naming the argument with a wrong shape. */
export function checkSs2dScanShapes(args: Partial<Ss2dScanShapes> = {}): void {
  const { x, xProjWeight, dtProjsWeight, dtProjsBias, ALogs, Ds } = args;
  checkShape('ss2dScan', 'x', x, ['B', 'H', 'W', 'D']);
  const D = x.shape[3]!;
  checkShape('ss2dScan', 'ALogs', ALogs, [4 * D, 'N']);
  checkShape('ss2dScan', 'dtProjsWeight', dtProjsWeight, [4, D, 'R']);
  checkShape('ss2dScan', 'xProjWeight', xProjWeight, [4, dtProjsWeight.shape[2]! + 2 * ALogs.shape[1]!, D]);
  checkShape('ss2dScan', 'dtProjsBias', dtProjsBias, [4, D]);
  checkShape('ss2dScan', 'Ds', Ds, [4 * D]);
}
