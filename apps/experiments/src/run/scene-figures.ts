import { createRandom, deriveSeed } from '@prismamba/core';
import { formRgb, type Scene } from '@prismamba/datasets';
import { jpegRoundTrip } from '@prismamba/datasets/node';
import { writePng } from '@prismamba/formats';
import type { Experiment } from '../build-experiment.js';
import { colourMap } from '../report/colour-map.js';
import { figureStem } from './figure-stem.js';
import type { RunFolder } from './run-folder.js';

/** Spectra at one pixel of a scene. */
export interface PixelSpectra {
  readonly row: number;
  readonly column: number;
  /** Values a band, by series: `truth` and the titles of the models. */
  readonly series: Readonly<Record<string, readonly number[]>>;
}

export interface ErrorMap {
  readonly wavelength: number;
  readonly model: string;
  readonly file: string;
  /** The band itself in grey, as reconstructed. */
  readonly band: string;
  /** Mean absolute error of this band. */
  readonly mean: number;
  /** Part of the pixels whose error lies above the colour scale. */
  readonly above: number;
}

/** What is drawn of one test scene; the files are in `figures/`. */
export interface SceneFigure {
  readonly scene: string;
  readonly height: number;
  readonly width: number;
  readonly wavelengths: readonly number[];
  readonly input: string;
  /** Reconstructions, rendered to RGB by the recipe of the input, by model. */
  readonly rendered: Readonly<Record<string, string>>;
  readonly errorMaps: readonly ErrorMap[];
  /** The true bands in grey, by wavelength. */
  readonly truth: Readonly<Record<string, string>>;
  /** Mean spectrum of the scene, by series. */
  readonly meanSpectra: Readonly<Record<string, readonly number[]>>;
  /** Largest value of the colour scale of all error maps of the scene: the 99th percentile of the first model. */
  readonly errorScale: number;
  readonly pixels: readonly PixelSpectra[];
}

interface Collected {
  readonly scene: Scene;
  readonly pixels: readonly { readonly row: number; readonly column: number }[];
  readonly series: Map<string, Float32Array[]>;
  /** |reconstruction - truth| of each wanted band, by model. */
  readonly errors: Map<string, Float32Array[]>;
  /** The wanted bands as reconstructed, by model. */
  readonly bands: Map<string, Float32Array[]>;
  readonly meanSpectra: Record<string, readonly number[]>;
  readonly rendered: Record<string, string>;
}

/** Index of the band nearest to a wavelength. */
function nearestBand(wavelengths: readonly number[], wanted: number): number {
  let best = 0;
  wavelengths.forEach((w, i) => {
    if (Math.abs(w - wanted) < Math.abs(wavelengths[best]! - wanted)) best = i;
  });
  return best;
}

function bandOf({ height, width, wavelengths }: Scene, cube: Float32Array, band: number): Float32Array {
  return Float32Array.from({ length: height * width }, (_, p) => cube[p * wavelengths.length + band]!);
}

function meanSpectrum({ wavelengths }: Scene, cube: Float32Array): number[] {
  const bands = wavelengths.length;
  const sums = new Array<number>(bands).fill(0);
  for (let i = 0; i < cube.length; i++) sums[i % bands]! += cube[i]!;
  return sums.map((sum) => (sum * bands) / cube.length);
}

/** Root of the mean squared error of each band. */
function rmseByBand({ cube, wavelengths }: Scene, reconstruction: Float32Array): number[] {
  const bands = wavelengths.length;
  const sums = new Array<number>(bands).fill(0);
  for (let i = 0; i < cube.length; i++) sums[i % bands]! += (reconstruction[i]! - cube[i]!) ** 2;
  return sums.map((sum) => Math.sqrt((sum * bands) / cube.length));
}

function bandError(scene: Scene, reconstruction: Float32Array, band: number): Float32Array {
  const bands = scene.wavelengths.length;
  return Float32Array.from({ length: scene.height * scene.width }, (_, p) =>
    Math.abs(reconstruction[p * bands + band]! - scene.cube[p * bands + band]!),
  );
}

/** A band in grey, its gamma as that of the renderings; `white` is shown as white. */
function greyPng(band: Float32Array, height: number, width: number, white: number): Uint8Array {
  const data = Uint8Array.from(band, (v) =>
    Math.round(255 * Math.pow(Math.min(1, Math.max(0, v / white)), 1 / 2.2)),
  );
  return writePng({ width, height, channels: 1, bitDepth: 8, data });
}

/** 8-bit PNG of an RGB image in [0, 1] for people: a display gamma of 1/2.2. */
function displayPng(rgb: Float32Array, height: number, width: number): Uint8Array {
  const data = Uint8Array.from(rgb, (v) => Math.round(255 * Math.pow(Math.min(1, Math.max(0, v)), 1 / 2.2)));
  return writePng({ width, height, channels: 3, bitDepth: 8, data });
}

const mean = (values: Float32Array) => values.reduce((sum, v) => sum + v, 0) / values.length;

/** The value that 99 % of all values do not exceed. */
function percentile99(arrays: readonly Float32Array[]): number {
  const all = new Float32Array(arrays.reduce((n, a) => n + a.length, 0));
  let offset = 0;
  for (const array of arrays) {
    all.set(array, offset);
    offset += array.length;
  }
  all.sort();
  return all[Math.floor(0.99 * (all.length - 1))] ?? 0;
}

/** RMSE of each band of one scene, by one model. */
export interface BandErrors {
  readonly scene: string;
  readonly model: string;
  readonly wavelengths: readonly number[];
  readonly rmse: readonly number[];
}

/** Collects what the report draws while scenes are evaluated, and writes it at the end. */
export class SceneFigures {
  private readonly collected = new Map<string, Collected>();
  private readonly bandErrors: BandErrors[] = [];

  constructor(
    private readonly experiment: Pick<Experiment, 'config' | 'data'>,
    private readonly folder: Pick<RunFolder, 'writeBytes' | 'writeJson'>,
  ) {}

  /** Takes one model's reconstruction of a scene; scenes beyond the wanted number are ignored. */
  async add(model: string, scene: Scene, reconstruction: Float32Array): Promise<void> {
    const { config, data } = this.experiment;
    const rmse = rmseByBand(scene, reconstruction);
    this.bandErrors.push({ scene: scene.id, model, wavelengths: scene.wavelengths, rmse });
    const entry = this.entryOf(scene);
    if (entry === undefined) return;
    entry.meanSpectra[model] = meanSpectrum(scene, reconstruction);
    entry.bands.set(
      model,
      config.report.wavelengths.map((w) => bandOf(scene, reconstruction, nearestBand(scene.wavelengths, w))),
    );
    const bands = scene.wavelengths.length;
    const at = (cube: Float32Array) =>
      entry.pixels.map(({ row, column }) => {
        const start = (row * scene.width + column) * bands;
        return cube.slice(start, start + bands);
      });
    entry.series.set(model, at(reconstruction));
    entry.errors.set(
      model,
      config.report.wavelengths.map((w) =>
        bandError(scene, reconstruction, nearestBand(scene.wavelengths, w)),
      ),
    );
    const { height, width, wavelengths } = scene;
    const rgb = await formRgb({ data: reconstruction, height, width }, data.recipe, {
      wavelengths,
      seed: config.seed,
      jpeg: jpegRoundTrip,
    });
    const file = `figures/${figureStem(scene.id)}-${fileName(model)}.png`;
    this.folder.writeBytes(file, displayPng(rgb, height, width));
    entry.rendered[model] = file;
  }

  private entryOf(scene: Scene): Collected | undefined {
    const { config } = this.experiment;
    let entry = this.collected.get(scene.id);
    if (entry !== undefined || this.collected.size >= config.report.scenes) return entry;
    const random = createRandom(deriveSeed(config.seed, 'report-pixels', scene.id));
    const pixels = Array.from({ length: config.report.pixels }, () => ({
      row: random.integer(0, scene.height - 1),
      column: random.integer(0, scene.width - 1),
    }));
    const bands = scene.wavelengths.length;
    const truth = pixels.map(({ row, column }) => {
      const start = (row * scene.width + column) * bands;
      return scene.cube.slice(start, start + bands);
    });
    entry = {
      scene,
      pixels,
      series: new Map([['truth', truth]]),
      errors: new Map(),
      bands: new Map(),
      meanSpectra: { truth: meanSpectrum(scene, scene.cube) },
      rendered: {},
    };
    this.collected.set(scene.id, entry);
    return entry;
  }

  /** Writes the images, and `figures/scenes.json` that names them. */
  write(): void {
    const figures = [...this.collected.values()].map((entry) => this.writeScene(entry));
    this.folder.writeJson('figures/scenes.json', figures);
    this.folder.writeJson('figures/band-errors.json', this.bandErrors);
  }

  private writeScene(collected: Collected): SceneFigure {
    const { scene, pixels, series, errors, bands, meanSpectra, rendered } = collected;
    const { height, width, id } = scene;
    const stem = `figures/${figureStem(id)}`;
    const input = `${stem}-input.png`;
    this.folder.writeBytes(input, displayPng(scene.rgb, height, width));
    // The scale of the model that the experiment is about: the others are seen against it.
    const errorScale = percentile99([...errors.values()][0] ?? []);
    const errorMaps: ErrorMap[] = [];
    const truth: Record<string, string> = {};
    const whites = this.experiment.config.report.wavelengths.map((wanted) => {
      const index = nearestBand(scene.wavelengths, wanted);
      const band = bandOf(scene, scene.cube, index);
      // One white for truth and reconstructions, so that they can be compared by eye.
      const white = Math.max(percentile99([band]), 1e-6);
      const wavelength = scene.wavelengths[index]!;
      truth[wavelength] = `${stem}-truth-${wavelength}nm.png`;
      this.folder.writeBytes(truth[wavelength], greyPng(band, height, width, white));
      return white;
    });
    for (const [model, maps] of errors) {
      maps.forEach((map, i) => {
        const band = nearestBand(scene.wavelengths, this.experiment.config.report.wavelengths[i]!);
        const wavelength = scene.wavelengths[band]!;
        const file = `${stem}-error-${wavelength}nm-${fileName(model)}.png`;
        const data = colourMap(map, errorScale);
        this.folder.writeBytes(file, writePng({ width, height, channels: 3, bitDepth: 8, data }));
        const grey = `${stem}-${wavelength}nm-${fileName(model)}.png`;
        this.folder.writeBytes(grey, greyPng(bands.get(model)![i]!, height, width, whites[i]!));
        const above = map.reduce((count, value) => count + (value > errorScale ? 1 : 0), 0) / map.length;
        errorMaps.push({ wavelength, model, file, band: grey, mean: mean(map), above });
      });
    }
    return {
      scene: id,
      height,
      width,
      wavelengths: scene.wavelengths,
      input,
      rendered,
      errorMaps,
      truth,
      meanSpectra,
      errorScale,
      pixels: pixels.map(({ row, column }, i) => ({
        row,
        column,
        series: Object.fromEntries([...series].map(([name, spectra]) => [name, [...spectra[i]!]])),
      })),
    };
  }
}

const fileName = (title: string) => title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
