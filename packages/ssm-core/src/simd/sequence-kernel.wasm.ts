import type { KernelModule } from '@prismamba/backend';
import { base64, relaxedBase64 } from '../generated/sequence-ops.wasm.js';

/** The SIMD kernels of cross scan, cross merge and the causal convolution. */
export const sequenceKernel = {
  name: 'sequence-ops',
  functions: ['scanDirection', 'mergeDirection', 'transposeTaps', 'causalConv', 'causalConvBackward'],
  base64,
  relaxedBase64,
} as const satisfies KernelModule;
