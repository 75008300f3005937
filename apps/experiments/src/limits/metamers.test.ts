import { join } from 'node:path';
import { colorChecker, sampleTable, standardWavelengths } from '@prismamba/datasets';
import { disposeModel } from '@prismamba/models';
import { predictImage } from '@prismamba/trainer';
import { listPretrained, loadPretrained } from '@prismamba/weights';
import { checkGeneratedSection, table } from '@prismamba/testing/docs';
import { Matrix, pseudoInverse } from 'ml-matrix';
import { beforeAll, expect, it } from 'vitest';
import { renderSpectrum } from '../chart/chart-report.js';
import { renderingOf, type Rendering } from '../reconstruct/rendering.js';
import { pretrainedSource } from '../reconstruct/pretrained-source.js';
import { startBackend } from '../start-backend.js';

beforeAll(() => startBackend('wasm', { threads: 1 }));

const page = join(import.meta.dirname, '../../../../docs/reconstruct.md');
const size = 32;

/** The part of a spectrum that no rendering of the list sees: x - M^+ M x. */
function unseen(spectrum: Float64Array, renderings: readonly Rendering[]): number[] {
  const rows = renderings.flatMap(({ matrix }) => {
    const bands = matrix.length / 3;
    return [0, 1, 2].map((c) => [...matrix.subarray(c * bands, (c + 1) * bands)]);
  });
  const m = new Matrix(rows);
  const x = Matrix.columnVector([...spectrum]);
  return Matrix.sub(x, pseudoInverse(m).mmul(m).mmul(x)).to1DArray();
}

const rms = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.sqrt(Array.from(a).reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0) / a.length);

it('two surfaces of one RGB are one to every network (the table of docs/reconstruct.md)', async () => {
  const patches = sampleTable(colorChecker, standardWavelengths);
  const cards = listPretrained();
  const renderings = await Promise.all(cards.map(({ rgb }) => renderingOf(rgb, standardWavelengths)));
  // A: light skin as published. B: what is seen of A, and what is not seen of bluish green.
  const a = patches['light skin'];
  const [ofA, ofGreen] = [unseen(a, renderings), unseen(patches['bluish green'], renderings)];
  const b = a.map((value, band) => value - ofA[band]! + ofGreen[band]!);
  expect(b.every((value) => value > 0 && value < 1)).toBe(true);
  expect(rms(a, b)).toBeGreaterThan(0.03);
  const rows: string[][] = [];
  for (const [i, { name }] of cards.entries()) {
    const [rgbA, rgbB] = [a, b].map((spectrum) => renderSpectrum(spectrum, renderings[i]!)) as [
      number[],
      number[],
    ];
    const apart = Math.max(...rgbA.map((value, c) => Math.abs(value - rgbB[c]!)));
    expect(apart).toBeLessThan(1e-9);
    const { model } = await loadPretrained(name, await pretrainedSource(name));
    const answers: Float32Array[] = [];
    for (const rgb of [rgbA, rgbB]) {
      const data = Float32Array.from({ length: size * size * 3 }, (_, k) => rgb[k % 3]!);
      const cube = await predictImage(model, { data, height: size, width: size });
      const middle = ((size / 2) * size + size / 2) * 31;
      answers.push(cube.data.slice(middle, middle + 31));
    }
    disposeModel(model);
    const [answer, other] = answers as [Float32Array, Float32Array];
    expect(rms(answer, other)).toBeLessThan(1e-5);
    const [toA, toB] = [rms(answer, a), rms(answer, b)];
    // One answer cannot be near to both.
    expect(toA + toB).toBeGreaterThanOrEqual(rms(a, b) - 1e-6);
    rows.push([`\`${name}\``, rms(answer, other).toExponential(0), toA.toFixed(3), toB.toFixed(3)]);
  }
  const text = table(
    ['weights', 'its answers for A and B differ by', 'error on A', 'error on B'],
    [...rows, ['A and B themselves', rms(a, b).toFixed(3), '', '']],
  );
  await checkGeneratedSection(page, 'metamers', text);
});
