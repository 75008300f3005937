import { checkShape } from '@prismamba/core';
import type { Shaped } from '../shaped.js';

export type SsdScanShapes = Readonly<
  Record<'x' | 'dt' | 'A' | 'B' | 'C', Shaped> &
    Partial<Record<'D' | 'dtBias' | 'initialStates', Shaped | undefined>>
>;

/** @throws Error naming the argument with a wrong shape, or heads that are no multiple of the groups. */
export function checkSsdScanShapes(args: Partial<SsdScanShapes> = {}): void {
  const { x, dt, A, B, C, D, dtBias, initialStates } = args;
  checkShape('ssdScan', 'x', x, ['B', 'L', 'H', 'P']);
  const [batch, length, heads, P] = x.shape as [number, number, number, number];
  checkShape('ssdScan', 'dt', dt, [batch, length, heads]);
  checkShape('ssdScan', 'A', A, [heads]);
  checkShape('ssdScan', 'B', B, [batch, length, 'G', 'N']);
  const [, , groups, N] = B.shape as [number, number, number, number];
  if (heads % groups !== 0) {
    throw new Error(`ssdScan: B: got ${groups} groups for ${heads} heads, wanted a divisor of ${heads}`);
  }
  checkShape('ssdScan', 'C', C, [batch, length, groups, N]);
  if (D !== undefined) checkShape('ssdScan', 'D', D, [heads, D.shape[1] === 1 ? 1 : P]);
  if (dtBias !== undefined) checkShape('ssdScan', 'dtBias', dtBias, [heads]);
  if (initialStates !== undefined)
    checkShape('ssdScan', 'initialStates', initialStates, [batch, heads, P, N]);
}
