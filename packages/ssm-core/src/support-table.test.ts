import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import './index.js'; // registers the kernels

/** Operators and the names of their kernels; `Gradient` is added where the gradient is a kernel of its own. */
const operators: Record<string, [kernel: string, gradient: string]> = {
  selectiveScan: ['SelectiveScan', 'SelectiveScanGradient'],
  ss2dScan: ['SS2DScan', 'SS2DScanGradient'],
  ssdScan: ['SSDScan', 'SSDScanGradient'],
  ss2dSsdScan: ['SS2DSSDScan', 'SS2DSSDScanGradient'],
  crossScan: ['CrossScan', 'CrossMerge'],
  crossMerge: ['CrossMerge', 'CrossScan'],
  causalConv1d: ['CausalConv1D', 'CausalConv1DGradient'],
  normLinearSplit: ['NormLinearSplit', 'NormLinearSplitGradient'],
  depthwiseSilu: ['DepthwiseSilu', 'DepthwiseSiluGradient'],
  mergeNormGateLinear: ['MergeNormGateLinear', 'MergeNormGateLinearGradient'],
  pointwiseGeluResidual: ['PointwiseGeluResidual', 'PointwiseGeluResidualGradient'],
};

function table(): string {
  const how = (kernel: string, backend: string) =>
    tf.getKernel(kernel, backend) === undefined ? 'composed' : 'kernel';
  const rows = Object.entries(operators).map(([operator, [kernel, gradient]]) => [
    `\`${operator}\``,
    ...['wasm', 'cpu'].flatMap((backend) => [how(kernel, backend), how(gradient, backend)]),
    'composed',
  ]);
  const head = ['operator', 'WASM', 'WASM, gradient', 'CPU', 'CPU, gradient', 'other backends'];
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) => `| ${cells.map((c, i) => c.padEnd(widths[i]!)).join(' | ')} |`;
  return [line(head), line(widths.map((w) => '-'.repeat(w))), ...rows.map(line)].join('\n');
}

it('the support table of README.md is what is registered', () => {
  const readme = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8');
  const shown = /<!-- support table -->\n([^]*?)<!-- end of support table -->/.exec(readme)?.[1]?.trim();
  expect(shown).toBe(table());
});
