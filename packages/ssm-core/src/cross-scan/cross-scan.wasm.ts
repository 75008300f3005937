import { kernelLaunchers, registerWasm } from '@prismamba/backend/internal';
import { crossScanKernel } from '../generated/cross-scan.wasm.js';
import { crossMergeOperator, crossScanOperator } from './cross-scan.operator.js';

// [B, H, W, C] -> [B, K, L, C].
registerWasm(crossScanOperator, {
  forward(arena, { inputs: { x }, attributes: { directions, height, width } }) {
    const run = kernelLaunchers(arena, crossScanKernel);
    const [batch, , , C] = x.shape as [number, number, number, number];
    const y = arena.makeOutput([batch, directions.length, height * width, C], 'float32');
    const image = 4 * height * width * C;
    for (let b = 0; b < batch; b++) {
      directions.forEach((direction, k) => {
        const pointers = {
          x: arena.pointer(x) + b * image,
          y: arena.pointer(y) + (b * directions.length + k) * image,
        };
        run.scanDirection({ ...pointers, direction, height, width, C });
      });
    }
    return { y };
  },
});

// [B, K, L, C] -> [B, H, W, C], the directions summed in order.
registerWasm(crossMergeOperator, {
  forward(arena, { inputs: { y }, attributes: { directions, height, width } }) {
    const run = kernelLaunchers(arena, crossScanKernel);
    const [batch, , , C] = y.shape as [number, number, number, number];
    const x = arena.makeOutput([batch, height, width, C], 'float32');
    const image = 4 * height * width * C;
    for (let b = 0; b < batch; b++) {
      directions.forEach((direction, k) => {
        const pointers = {
          y: arena.pointer(y) + (b * directions.length + k) * image,
          x: arena.pointer(x) + b * image,
        };
        run.mergeDirection({ ...pointers, direction, height, width, C, first: k === 0 });
      });
    }
    return { x };
  },
});
