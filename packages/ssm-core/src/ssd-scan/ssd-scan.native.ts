import { registerNative } from '@prismamba/backend/internal';
import { ssdScanOperator } from './ssd-scan.operator.js';
import { ssdScanKernels } from './ssd-scan.simd.js';

registerNative(ssdScanOperator, ssdScanKernels);
