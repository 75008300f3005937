import { registerNative } from '@prismamba/backend/internal';
import { ss2dSsdScanOperator } from './ss2d-ssd-scan.operator.js';
import { ss2dSsdScanKernels } from './ss2d-ssd-scan.simd.js';

registerNative(ss2dSsdScanOperator, ss2dSsdScanKernels);
