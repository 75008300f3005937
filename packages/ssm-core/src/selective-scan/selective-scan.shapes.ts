import { checkShape } from '@prismamba/core';
import type { Shaped } from '../shaped.js';

/** What the shapes of a selective scan follow from. */
export type SelectiveScanShapes = Readonly<
  Record<'u' | 'delta' | 'A' | 'B' | 'C', Shaped> &
    Partial<Record<'D' | 'z' | 'deltaBias' | 'initialState', Shaped | undefined>>
>;

/** @throws Error naming the argument with a wrong shape, or channels that are no multiple of the groups. */
export function checkSelectiveScanShapes(
  args: Partial<SelectiveScanShapes> = {},
  caller = 'selectiveScan',
): void {
  const { u, delta, A, B, C, D, z, deltaBias, initialState } = args;
  checkShape(caller, 'u', u, ['B', 'D', 'L']);
  const [batch, channels, length] = u.shape as [number, number, number];
  checkShape(caller, 'delta', delta, [batch, channels, length]);
  checkShape(caller, 'A', A, [channels, 'N']);
  const states = A.shape[1]!;
  checkShape(caller, 'B', B, [batch, 'G', states, length]);
  const groups = B.shape[1]!;
  if (channels % groups !== 0) {
    throw new Error(
      `${caller}: B: got ${groups} groups for ${channels} channels, wanted a divisor of ${channels}`,
    );
  }
  checkShape(caller, 'C', C, [batch, groups, states, length]);
  if (D !== undefined) checkShape(caller, 'D', D, [channels]);
  if (z !== undefined) checkShape(caller, 'z', z, [batch, channels, length]);
  if (deltaBias !== undefined) checkShape(caller, 'deltaBias', deltaBias, [channels]);
  if (initialState !== undefined) {
    checkShape(caller, 'initialState', initialState, [batch, channels, states]);
  }
}
