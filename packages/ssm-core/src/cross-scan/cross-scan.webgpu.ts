import { registerInPieces } from '../webgpu/in-pieces.webgpu.js';
import { crossMergeOperator, crossScanOperator, type CrossAttributes } from './cross-scan.operator.js';
import { mergeDirections, readDirections, type Directions } from './directions.webgpu.js';

const directionsOf = (attributes: CrossAttributes): Directions => ({ ...attributes, tokensFirst: false });

/** One invocation a number: [B, H, W, C] -> [B, K, L, C], gathered. The gradient is the other operator. */
registerInPieces(crossScanOperator, {
  outputRows: 'x',
  cut: ({ x: { shape } }, { directions, height, width }) => ({
    rows: shape[0]!,
    width: directions.length * height * width * shape[3]!,
    kinds: { x: 'rows' },
  }),
  forward(gpu, { inputs: { x }, attributes }) {
    const { directions, height, width } = attributes;
    const [batch, , , channels] = x.shape as [number, number, number, number];
    const shape = [batch, directions.length, height * width, channels];
    return { y: readDirections(gpu, x, directionsOf(attributes), shape) };
  },
});

/** [B, K, L, C] -> [B, H, W, C], the directions summed in order. */
registerInPieces(crossMergeOperator, {
  outputRows: 'y',
  cut: ({ y: { shape } }) => ({
    rows: shape[0]!,
    width: shape[1]! * shape[2]! * shape[3]!,
    kinds: { y: 'rows' },
  }),
  forward(gpu, { inputs: { y }, attributes }) {
    const { height, width } = attributes;
    const [batch, , , channels] = y.shape as [number, number, number, number];
    return { x: mergeDirections(gpu, y, directionsOf(attributes), [batch, height, width, channels]) };
  },
});
