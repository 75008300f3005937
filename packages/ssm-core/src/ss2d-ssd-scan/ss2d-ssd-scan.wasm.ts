import { registerWasm } from '@prismamba/backend/internal';
import { ss2dSsdScanOperator } from './ss2d-ssd-scan.operator.js';
import { ss2dSsdScanKernels } from './ss2d-ssd-scan.simd.js';

registerWasm(ss2dSsdScanOperator, ss2dSsdScanKernels);
