import { checkShape } from '@prismamba/core';
import type { Shaped } from '../shaped.js';

export type Ss2dSsdScanShapes = Readonly<
  Record<'x' | 'xProjWeight' | 'dtProjsBias' | 'ALogs' | 'Ds', Shaped>
>;

/** @throws Error naming the argument with a wrong shape. */
export function checkSs2dSsdScanShapes(args: Partial<Ss2dSsdScanShapes> = {}): void {
  const { x, xProjWeight, dtProjsBias, ALogs, Ds } = args;
  checkShape('ss2dSsdScan', 'x', x, ['B', 'H', 'W', 'D']);
  const channels = x.shape[3]!;
  checkShape('ss2dSsdScan', 'Ds', Ds, [4, 'R', 'P']);
  const [, heads, P] = Ds.shape as [number, number, number];
  if (heads * P !== channels) {
    throw new Error(
      `ss2dSsdScan: Ds: got ${heads} heads of ${P} channels, wanted ${channels} channels in all`,
    );
  }
  checkShape('ss2dSsdScan', 'ALogs', ALogs, [4, heads]);
  checkShape('ss2dSsdScan', 'dtProjsBias', dtProjsBias, [4, heads]);
  checkShape('ss2dSsdScan', 'xProjWeight', xProjWeight, [4, 'R + 2N', channels]);
  const outputs = xProjWeight.shape[1]!;
  if (outputs <= heads || (outputs - heads) % 2 !== 0) {
    throw new Error(
      `ss2dSsdScan: xProjWeight: got ${outputs} outputs for ${heads} heads, wanted ${heads} + 2N with N >= 1`,
    );
  }
}
