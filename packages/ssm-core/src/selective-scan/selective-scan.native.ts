import { registerNative } from '@prismamba/backend/internal';
import { selectiveScanOperator } from './selective-scan.operator.js';
import { selectiveScanKernels } from './selective-scan.simd.js';

registerNative(selectiveScanOperator, selectiveScanKernels);
