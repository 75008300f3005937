import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { colorChecker, standardWavelengths } from '@prismamba/datasets';
import { writePng } from '@prismamba/formats';
import { inverse, Matrix, solve } from 'ml-matrix';
import { afterAll, describe, expect, it } from 'vitest';
import { renderingOf } from '../reconstruct/rendering.js';
import { runHere } from '../testing/run-here.js';
import { calibrateByChart } from './calibrate-by-chart.js';
import { chartPatches, parseCorners } from './chart-patches.js';
import { ChartSink, chartReflectances, renderSpectrum, scorePatches } from './chart-report.js';

const folder = mkdtempSync(join(tmpdir(), 'chart-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const [width, height] = [160, 120];
/** A chart that is seen from the side and held at an angle. */
const CORNERS = '30.5,12,140,24,128,104,18,90';
const corners = parseCorners(CORNERS);

/** From pixels to the unit square of the chart: eight equations for the eight numbers of the projective map. */
function toChart(): (x: number, y: number) => [number, number] {
  const square = [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
  ] as const;
  const rows = corners.flatMap(({ x, y }, i) => {
    const [u, v] = square[i]!;
    return [
      [x, y, 1, 0, 0, 0, -u * x, -u * y],
      [0, 0, 0, x, y, 1, -v * x, -v * y],
    ];
  });
  const [a, b, c, d, e, f, g, h] = solve(new Matrix(rows), Matrix.columnVector(square.flat())).to1DArray();
  return (x, y) => {
    const w = g! * x + h! * y + 1;
    return [(a! * x + b! * y + c!) / w, (d! * x + e! * y + f!) / w];
  };
}

/** A made-up camera: three broad bells, none of them an observer's; white balanced, under a reddish light. */
const camera = [600, 535, 465].map((peak) =>
  standardWavelengths.map((nm) => Math.exp(-(((nm - peak) / 45) ** 2)) * (0.5 + nm / 1000)),
);
function seen(spectrum: ArrayLike<number>, exposure: number): number[] {
  return camera.map((curve) => {
    const white = curve.reduce((sum, value) => sum + value, 0);
    return (exposure * curve.reduce((sum, value, band) => sum + value * spectrum[band]!, 0)) / white;
  });
}

/** The photo of the chart on a grey table: linear RGB. */
function photoOfChart(exposure = 0.6, order: (patch: number) => number = (patch) => patch) {
  const at = toChart();
  const rgb = chartReflectances(standardWavelengths).map((spectrum) => seen(spectrum, exposure));
  const data = new Float32Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = at(x + 0.5, y + 0.5);
      const inside = u > 0 && u < 1 && v > 0 && v < 1;
      // A black frame around each patch, as the charts have it.
      const [cu, cv] = [(u * 6) % 1, (v * 4) % 1];
      const isPatch = inside && Math.min(cu, 1 - cu, cv, 1 - cv) > 0.1;
      const patch = order(Math.floor(v * 4) * 6 + Math.floor(u * 6));
      const value = isPatch ? rgb[patch]! : inside ? [0.02, 0.02, 0.02] : [0.2, 0.2, 0.2];
      data.set(
        value.map((channel) => Math.min(1, channel)),
        3 * (y * width + x),
      );
    }
  }
  return { data, width, height };
}

const linearSrgb = renderingOf(undefined, standardWavelengths);
const calibrated = async (photo: ReturnType<typeof photoOfChart>, at = corners) =>
  calibrateByChart(at, photo, await linearSrgb, standardWavelengths);

describe('the patches of a chart', () => {
  it('lie where the perspective puts them', () => {
    const at = toChart();
    const patches = chartPatches(corners, { width, height });
    expect(patches.map(({ name }) => name)).toEqual(Object.keys(colorChecker.columns));
    patches.forEach(({ pixels }, i) => {
      expect(pixels.length).toBeGreaterThan(15);
      for (const pixel of pixels) {
        const [u, v] = at((pixel % width) + 0.5, Math.floor(pixel / width) + 0.5);
        expect([Math.floor(u * 6), Math.floor(v * 4)]).toEqual([i % 6, Math.floor(i / 6)]);
        // The inner 40 % of the cell.
        expect(Math.abs(((u * 6) % 1) - 0.5)).toBeLessThan(0.201);
        expect(Math.abs(((v * 4) % 1) - 0.5)).toBeLessThan(0.201);
      }
    });
  });

  it.each([
    ['1,2,3', /wanted x0,y0,x1,y1,x2,y2,x3,y3 in pixels/],
    ['1,2,3,4,5,6,7,', /wanted x0,y0,/],
    ['0,0,200,0,100,100,0,100', /200,0 lies outside the photo of 160 x 120/],
    ['0,0,100,100,100,0,0,100', /no convex quadrilateral; name them around the chart, not across/],
    ['0,0,6,0,6,4,0,4', /'dark skin' has 1 pixels, wanted 4 or more; the chart is too small/],
  ])('%s is refused', (text, message) => {
    expect(() => chartPatches(parseCorners(text), { width, height })).toThrow(message);
  });
});

describe('calibration by a chart', () => {
  it('finds the exact matrix of a camera that has one', async () => {
    const rendering = await linearSrgb;
    const photo = photoOfChart();
    const mixing = new Matrix([
      [0.5, 0.2, 0.05],
      [0.1, 0.4, 0.1],
      [0.02, 0.1, 0.5],
    ]);
    const patches = chartPatches(corners, photo);
    chartReflectances(standardWavelengths).forEach((spectrum, i) => {
      const rgb = mixing.mmul(Matrix.columnVector(renderSpectrum(spectrum, rendering))).to1DArray();
      for (const pixel of patches[i]!.pixels) photo.data.set(rgb, 3 * pixel);
    });
    const { calibration } = await calibrated(photo);
    expect(calibration.form).toBe('3 x 3 matrix');
    expect(calibration.leaveOneOut[0]!.rms).toBeLessThan(1e-6);
    expect(calibration.before).toBeGreaterThan(0.02);
    const undone = inverse(mixing)
      .mmul(Matrix.columnVector([0.1, 0.12, 0.14]))
      .to1DArray();
    const { data } = calibration.apply({
      data: Float32Array.from([0.1, 0.12, 0.14]),
      width: 1,
      height: 1,
    });
    undone.forEach((value, c) => expect(data[c]).toBeCloseTo(value, 5));
  });

  it('brings the made-up camera far nearer to the space of the weights, at any exposure', async () => {
    const [dim, bright] = await Promise.all([calibrated(photoOfChart(0.3)), calibrated(photoOfChart(0.9))]);
    for (const { calibration } of [dim, bright]) {
      expect(calibration.used.length).toBe(24);
      const best = Math.min(...calibration.leaveOneOut.map(({ rms }) => rms));
      expect(best).toBeLessThan(0.35 * calibration.before);
      expect(255 * best).toBeLessThan(8);
    }
    // On the patches: the table behind the chart is as bright in both.
    const places = dim.patches.flatMap(({ pixels }) => pixels.flatMap((p) => [3 * p, 3 * p + 1, 3 * p + 2]));
    const differences = places.map((at) => Math.abs(dim.image.data[at]! - bright.image.data[at]!));
    const worst = Math.max(...differences);
    expect(worst).toBeLessThan(0.05);
  });

  it('leaves saturated patches out, and refuses a photo of too few others', async () => {
    const { calibration } = await calibrated(photoOfChart(1.25));
    expect(calibration.saturated).toContain('white 9.5');
    expect(calibration.saturated).not.toContain('dark skin');
    await expect(calibrated(photoOfChart(6))).rejects.toThrow(
      /patches are saturated \(.*12 are needed; expose less/,
    );
  });

  it('notices corners that begin at the wrong patch', async () => {
    const turned = photoOfChart(0.6, (patch) => 23 - patch);
    await expect(calibrated(turned)).rejects.toThrow(/the chart seems to be turned by 180 degrees/);
  });

  it('scores a patch against its published spectrum', async () => {
    const truths = chartReflectances(standardWavelengths);
    const patches = chartPatches(corners, { width, height });
    const none = { begin() {}, writeRows() {}, end() {}, abort() {} };
    const sink = new ChartSink(patches, none);
    const bands = 31;
    const cube = new Float32Array(width * height * bands).fill(9);
    patches.forEach(({ pixels }, i) => {
      for (const pixel of pixels)
        cube.set(
          truths[i]!.map((value) => value + (i === 5 ? 0.1 : 0)),
          pixel * bands,
        );
    });
    await sink.begin({ height, width, bands });
    for (let row = 0; row < height; row += 7) {
      const rows = Math.min(7, height - row);
      await sink.writeRows(row, rows, cube.subarray(row * width * bands, (row + rows) * width * bands));
    }
    const scores = scorePatches(patches, sink.spectra(), standardWavelengths);
    expect(scores[5]!.rmse).toBeCloseTo(0.1, 5);
    expect(scores[5]!.deltaE).toBeGreaterThan(5);
    expect(scores[4]!.rmse).toBeLessThan(1e-6);
    expect(scores[4]!.deltaE).toBeLessThan(1e-3);
  });
});

it('prismamba reconstruct --chart calibrates, reports every patch and gives better spectra than without', async () => {
  const { data } = photoOfChart();
  const codes = Uint16Array.from(data, (value) => Math.round(65535 * value));
  writeFileSync(
    join(folder, 'chart.png'),
    writePng({ width, height, channels: 3, bitDepth: 16, data: codes }),
  );
  const args = ['reconstruct', 'chart.png', '--colour', 'linear', '--out', 'chart.npy', '--backend', 'wasm'];
  const done = await runHere([...args, '--chart', CORNERS], folder);
  expect(done.code, done.stderr).toBe(0);
  expect(done.stdout).toMatch(
    /chart: .* from 24 patches; leave-one-out error of 255, root mean square: 3 x 3 matrix [\d.]+, root-polynomial of degree 2 [\d.]+; the photo as it is [\d.]+/,
  );
  const rows = done.stdout.split('\n').filter((line) => line.startsWith('│'));
  expect(rows.length).toBe(26);
  expect(rows[1]).toMatch(/dark skin/);
  expect(done.stdout).toContain('values: reflectance, by the published values of the chart');
  const [deltaE] = /mean\s+│\s+([\d.]+)/.exec(done.stdout)!.slice(1).map(Number);
  expect(deltaE).toBeLessThan(8);
  expect(readFileSync(join(folder, 'chart.npy')).length).toBe(width * height * 31 * 4 + 128);
  const wrong = await runHere([...args, '--chart', '1,2'], folder);
  expect(wrong).toMatchObject({ code: 2 });
  expect(wrong.stderr).toContain('--chart 1,2: wanted x0,y0');
});
