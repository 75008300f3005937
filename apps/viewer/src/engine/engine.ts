import type { WasmPaths } from '@prismamba/backend';
import { formRgb, rgbRecipe, srgbToLinear, standardWavelengths, syntheticScenes } from '@prismamba/datasets';
import { disposeModel } from '@prismamba/models';
import '@prismamba/spectral-attention/wasm';
import '@prismamba/ssm-core/wasm';
import { predictImage } from '@prismamba/trainer';
import { selfEnsembleSpread } from '@prismamba/trainer/internal';
import { listPretrained, loadPretrained, type PretrainedCard } from '@prismamba/weights';
import { checkComparable, scoresOf } from './compare.js';
import { Computer } from './compute.js';
import { checkRegion, regionSpectrum, sameBands, whiteOf, type LoadedCube } from './cube.js';
import { exportCube } from './export-cube.js';
import type { CallName, Calls, Compute, Layer, Painting, PhotoInfo, RegionSpectrum } from './messages.js';
import { splitIntervals } from './intervals.js';
import { checkMemory } from './memory.js';
import { openCube } from './open-cube.js';
import { openPhoto, type LoadedPhoto } from './open-photo.js';
import { paintBands, paintError, paintHeat, paintLinear, paintRendering } from './paint.js';

/** Sides of the pictures that the page makes itself. */
const SCENE_SIZE = 256;

/** @throws where nobody measured how far the weights' answers are from the truth */
function intervalsOf({ name, limits }: PretrainedCard) {
  if (limits === undefined)
    throw new Error(`${name}: its card has no intervals: reconstruct without uncertainty.`);
  return limits.uncertainty;
}

/** @throws where the cube will not find room */
function checkReconstruction({ name, height, width }: PhotoInfo, uncertainty: boolean): void {
  // With intervals: the means and deviations as they come (two), then means and half widths.
  const cubes = uncertainty ? 4 : 1;
  const bytes = 4 * height * width * standardWavelengths.length * cubes;
  checkMemory(
    `the cube of ${name} (${width} x ${height} pixels${uncertainty ? ', with uncertainty' : ''})`,
    bytes,
    `Choose a smaller “largest picture” and open it again${uncertainty ? ', or leave the uncertainty out' : ''}; prismamba reconstruct writes large cubes to the disk row by row.`,
  );
}

export type Handlers = {
  readonly [Name in CallName]: (
    argument: Calls[Name]['argument'],
  ) => Calls[Name]['answer'] | Promise<Calls[Name]['answer']>;
};

/** Everything that is computed or held in large arrays; lives in a worker, so that the page never waits. */
export function createEngine(
  wasmPaths: WasmPaths,
  onProgress: (done: number, total: number) => void,
  onCompute: (compute: Compute) => void,
): Handlers {
  const computer = new Computer(wasmPaths);
  let photo: LoadedPhoto | undefined;
  let cube: LoadedCube | undefined;
  let truth: LoadedCube | undefined;
  /** Half widths of the 90 % intervals of the cube's values. */
  let halves: LoadedCube | undefined;
  let running: AbortController | undefined;

  const shownCube = (): LoadedCube => {
    if (cube === undefined) throw new Error('There is no cube yet: open one, or reconstruct a picture.');
    return cube;
  };
  /** The truth, where it can be compared with what is shown. */
  const comparableTruth = (): LoadedCube | undefined =>
    truth !== undefined && sameBands(truth.info.wavelengths, shownCube().info.wavelengths)
      ? truth
      : undefined;

  const paint = async (layer: Layer): Promise<Painting> => {
    const toBitmap = async (
      pixels: Uint8ClampedArray<ArrayBuffer>,
      size: { height: number; width: number },
      white?: number,
    ) => ({ bitmap: await createImageBitmap(new ImageData(pixels, size.width, size.height)), white });
    if (layer.kind === 'photo') {
      if (photo === undefined) throw new Error('There is no picture yet.');
      return toBitmap(paintLinear(photo.rgb), photo.info);
    }
    const shown = shownCube();
    if (layer.kind === 'rendering') return toBitmap(await paintRendering(shown), shown.info);
    if (layer.kind === 'false-colour') return toBitmap(paintBands(shown, layer.bands), shown.info);
    const { band } = layer;
    if (layer.kind === 'uncertainty') {
      if (halves === undefined) throw new Error('There are no intervals: reconstruct with “uncertainty”.');
      const { pixels, white } = paintHeat(halves, band, shown.info.white);
      return toBitmap(pixels, shown.info, white);
    }
    if (layer.kind === 'band')
      return toBitmap(paintBands(shown, [band, band, band]), shown.info, shown.info.white);
    if (truth === undefined) throw new Error('There is no truth to compare with: open one.');
    if (layer.kind === 'truth') {
      // On the scale of the cube that is shown, or the two could not be compared by eye.
      return toBitmap(paintBands(truth, [band, band, band], shown.info.white), truth.info, shown.info.white);
    }
    const { pixels, white } = paintError(shown, truth, band);
    return toBitmap(pixels, shown.info, white);
  };

  return {
    async start({ choice }) {
      try {
        await computer.start(choice);
      } catch (error) {
        onCompute(computer.current);
        throw error;
      }
      return {
        compute: computer.current,
        // Those of packages of their own are no part of the page.
        weights: listPretrained()
          .filter((card) => card.package === '@prismamba/weights')
          .map(({ name, title }) => ({ name, title })),
      };
    },
    async openPhoto({ file, name, largest }) {
      photo = await openPhoto(file, name, largest);
      [cube, truth, halves] = [undefined, undefined, undefined];
      return photo.info;
    },
    async openScene({ seed }) {
      const source = syntheticScenes({ train: 0, test: 1, height: SCENE_SIZE, width: SCENE_SIZE, seed });
      const scene = await source.load(source.scenes[0]!.id);
      const { height, width, wavelengths } = scene;
      const name = `synthetic scene ${seed}`;
      // As a camera would develop it: the shipped weights take linear sRGB, in the 256 codes of a picture.
      const codes = await formRgb({ data: scene.cube, height, width }, rgbRecipe('srgb'), { wavelengths });
      const rgb = codes.map(srgbToLinear);
      photo = {
        rgb,
        info: { name, height, width, notes: ['Made by a program, so that its spectra are known.'] },
      };
      truth = {
        data: scene.cube,
        info: { name: `truth of ${name}`, height, width, wavelengths, white: whiteOf(scene.cube), notes: [] },
      };
      [cube, halves] = [undefined, undefined];
      return { photo: photo.info, truth: truth.info };
    },
    async reconstruct({ weights, uncertainty }) {
      if (photo === undefined) throw new Error('There is no picture yet: open one first.');
      if (running !== undefined) throw new Error('A reconstruction is running already.');
      running = new AbortController();
      const started = performance.now();
      try {
        checkReconstruction(photo.info, uncertainty);
        await computer.restart();
        const { backend } = computer.current;
        const { model, card } = await loadPretrained(weights);
        try {
          const { info, rgb } = photo;
          const limits = uncertainty ? intervalsOf(card) : undefined;
          const predicted = await predictImage(
            limits === undefined ? model : selfEnsembleSpread(model, limits.symmetries as 2 | 4 | 8),
            { data: rgb, height: info.height, width: info.width },
            {
              protocol: { name: 'tiles' },
              onProgress: ({ done, total }) => onProgress(done, total),
              signal: running.signal,
            },
          );
          const { height, width } = predicted;
          const { data, half } =
            limits === undefined
              ? { data: predicted.data, half: undefined }
              : splitIntervals(predicted.data, limits.factors);
          const wavelengths = standardWavelengths; // all networks here give these 31 bands
          const notes = [`Values are relative, on the scale of the training cubes; made by ${card.title}.`];
          cube = { data, info: { name: info.name, height, width, wavelengths, white: whiteOf(data), notes } };
          halves = half === undefined ? undefined : { data: half, info: cube.info };
          if (truth !== undefined && comparableTruth() === undefined) truth = undefined;
          return {
            cube: cube.info,
            seconds: (performance.now() - started) / 1000,
            weights,
            backend,
            intervals: halves !== undefined,
          };
        } finally {
          disposeModel(model);
        }
      } catch (error) {
        if (running.signal.aborted || !computer.usesGpu) throw error;
        const explained = await computer.leaveGpu(error);
        onCompute(computer.current);
        throw explained;
      } finally {
        running = undefined;
      }
    },
    cancel() {
      running?.abort(new DOMException('The reconstruction was cancelled.', 'AbortError'));
      return null;
    },
    async openCube({ files }) {
      cube = await openCube(files);
      [photo, truth, halves] = [undefined, undefined, undefined];
      return cube.info;
    },
    async openTruth({ files }) {
      const opened = await openCube(files);
      checkComparable(shownCube(), opened);
      truth = opened;
      return opened.info;
    },
    closeTruth() {
      truth = undefined;
      return null;
    },
    paint,
    spectra(regions) {
      const shown = shownCube();
      const beside = comparableTruth();
      return regions.map((region): RegionSpectrum => {
        checkRegion(region, shown.info);
        const mean = beside === undefined ? undefined : regionSpectrum(beside, region).mean;
        const half = halves === undefined ? undefined : regionSpectrum(halves, region).mean;
        return { region, ...regionSpectrum(shown, region), half, truth: mean };
      });
    },
    scores() {
      const beside = comparableTruth();
      return beside === undefined ? [] : scoresOf(shownCube(), beside);
    },
    exportCube: ({ format }) => exportCube(shownCube(), format),
  };
}
