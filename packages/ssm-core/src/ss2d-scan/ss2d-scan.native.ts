import { registerNative } from '@prismamba/backend/internal';
import { ss2dScanOperator } from './ss2d-scan.operator.js';
import { ss2dScanKernels } from './ss2d-scan.simd.js';

registerNative(ss2dScanOperator, ss2dScanKernels);
