import type { KernelModule } from '@prismamba/backend';
import { base64, relaxedBase64 } from '../generated/ssd-scan.wasm.js';

/** The SIMD kernels of Mamba-2: a group with given steps, B and C, and a direction of SS2D with projected ones. */
export const ssdKernel = {
  name: 'ssd-scan',
  functions: [
    'packBytes',
    'carryBytes',
    'scratchBytes',
    'stateBytes',
    'packGroup',
    'packProjection',
    'forwardGroup',
    'backwardGroup',
    'forwardDirection',
    'backwardDirection',
    'addParameterGradients',
    'addProjectionGradient',
    'addInOrder',
  ],
  base64,
  relaxedBase64,
} as const satisfies KernelModule;
