import { extname } from 'node:path';
import { openPhoto, photoColours, type PhotoColour } from '@prismamba/datasets/node';
import { threadReport, type BackendChoice } from '@prismamba/backend';
import { writeFileAtomic } from '@prismamba/formats/node';
import { disposeModel } from '@prismamba/models';
import { PredictionError, predictInto, type PredictionProtocol, type RgbImage } from '@prismamba/trainer';
import { predictionProtocolNames } from '@prismamba/trainer/internal';
import { Command, Option } from 'commander';
import { openTrainedModel } from '../reconstruct/open-trained-model.js';
import { PreviewSink } from '../reconstruct/preview-sink.js';
import { photoForWeights } from '../reconstruct/photo-for-weights.js';
import { cubeFormats, type CubeFile } from '../reconstruct/cube-files.js';
import { predictorOf } from '../run/predictor-of.js';
import { checkSpace, checkWritable, formatBytes } from '../run/check-output.js';
import { interruptible } from '../run/interrupt.js';
import { formatSeconds } from '../run/progress-bar.js';
import { taskProgress } from '../run/progress.js';
import { settingsOption } from './options.js';
import { usageError } from '../user-error.js';
import { startBackend } from '../start-backend.js';

interface ReconstructOptions {
  readonly run?: string;
  readonly weights?: string;
  readonly model?: string;
  readonly out?: string;
  readonly colour?: PhotoColour;
  readonly protocol: PredictionProtocol['name'];
  readonly tile?: string;
  readonly selfEnsemble: string;
  readonly backend: BackendChoice;
  readonly threads?: string;
  readonly set: readonly string[];
}

/** `photo.jpg` -> `photo.npy`. */
const withExtension = (path: string, extension: string) =>
  `${path.slice(0, path.length - extname(path).length)}${extension}`;

function buildProtocol({ protocol, tile }: ReconstructOptions): PredictionProtocol {
  const size = tile === undefined ? undefined : Number(tile);
  if (size !== undefined && !(Number.isInteger(size) && size > 0))
    throw usageError(`--tile ${tile}: wanted a size in pixels`);
  switch (protocol) {
    case 'whole':
      return { name: 'whole' };
    case 'tiles':
      return { name: 'tiles', ...(size === undefined ? {} : { size }) };
    case 'gmsr-official':
      return { name: 'gmsr-official', ...(size === undefined ? {} : { patch: size }) };
  }
}

/** The operators of a tile are large, so that TensorFlow.js's own threads pay as well. */
function threadsOf({ threads }: ReconstructOptions): { threads: number; tensorflowThreads: number } {
  const count = threads === undefined ? threadReport().wanted : Number(threads);
  if (!Number.isInteger(count) || count < 1 || count > 64)
    throw usageError(`--threads ${threads}: wanted a whole number from 1 to 64`);
  return { threads: count, tensorflowThreads: count };
}

/** Bands of every cube. */
const BANDS = 31;
/** A cube above this size is announced before it is made. */
const ANNOUNCED_BYTES = 1e9;
/** So is a prediction that takes longer, seconds. */
const ANNOUNCED_SECONDS = 600;

/** Opens the cube file for a trial and takes it back: a format that cannot hold the cube says so before the first tile. */
async function checkCubeFile(
  out: string,
  open: (path: string) => CubeFile,
  { height, width }: Pick<RgbImage, 'height' | 'width'>,
): Promise<number> {
  const bytes = height * width * BANDS * Float32Array.BYTES_PER_ELEMENT;
  checkSpace('--out', out, bytes);
  const trial = open(out);
  await trial.begin({ height, width, bands: BANDS });
  await trial.abort('a trial');
  return bytes;
}

/** The bar, and a line in front of it when the first window shows that this will take long. */
function reconstructionProgress(): ReturnType<typeof taskProgress> {
  const started = performance.now();
  const bar = taskProgress('reconstructing');
  return {
    update(done, total) {
      const seconds = ((performance.now() - started) / 1000) * (total / done);
      if (done === 1 && seconds > ANNOUNCED_SECONDS) {
        process.stderr.write(
          `about ${formatSeconds(seconds)} for ${total} windows, at the speed of the first one\n`,
        );
      }
      bar.update(done, total);
    },
    stop: () => bar.stop(),
  };
}

/** `prismamba reconstruct`. */
export function reconstructCommand(): Command {
  return new Command('reconstruct')
    .summary('photo in, hyperspectral cube of 31 bands out')
    .description(
      'Reconstructs a cube [height, width, 31] (400, 410, ..., 700 nm) from a photo with trained weights, and writes ' +
        'it together with a preview PNG. The result is as good as the weights fit the camera: weights trained on ' +
        'simulated RGB know that simulated camera only.',
    )
    .argument('<photo>', 'PNG, JPEG, TIFF, WebP or AVIF, of 8 or 16 bits')
    .option('--run <folder>', 'take model and weights from a run folder')
    .option(
      '--weights <file>',
      'weights: one of our .safetensors files, or an official .pth together with --model',
    )
    .option('--model <name>', 'registry key, for weights that do not name their model')
    .option(
      '--out <file>',
      `where the cube goes: ${Object.keys(cubeFormats).join(', ')} (default: beside the photo, .npy)`,
    )
    .addOption(
      new Option(
        '--colour <what>',
        "what the photo's values are: its profile's colours, sRGB codes, or linear light (default: profile, else srgb)",
      ).choices([...photoColours]),
    )
    .addOption(
      new Option('--protocol <name>', 'how the photo is predicted')
        .choices(predictionProtocolNames)
        .default('tiles'),
    )
    .option('--tile <pixels>', 'tile size of --protocol tiles (256) and gmsr-official (128)')
    .addOption(
      new Option('--self-ensemble <count>', 'average over this many flips and transpositions')
        .choices(['1', '2', '4', '8'])
        .default('1'),
    )
    .addOption(
      new Option('--backend <name>', 'where to run')
        .choices(['auto', 'wasm', 'cpu', 'webgpu', 'tensorflow'])
        .default('auto'),
    )
    .addOption(settingsOption())
    .option('--threads <count>', 'threads to compute with (default: the number of cores, at most 8)')
    .addHelpText(
      'after',
      `
Examples:
  prismamba reconstruct photo.jpg --run runs/quickstart/2026-01-31T12-00-00
  prismamba reconstruct photo.png --weights CAVE.pth --model gmsr-net --protocol gmsr-official --out cube.mat`,
    )
    .action(async (photo: string, options: ReconstructOptions) => {
      const out = options.out ?? withExtension(photo, '.npy');
      const format = extname(out).toLowerCase();
      const openCube = cubeFormats[format];
      if (openCube === undefined) {
        throw usageError(
          `--out ${out}: unknown kind of cube file '${format}'; known: ${Object.keys(cubeFormats).join(', ')}`,
        );
      }
      const protocol = buildProtocol(options);
      const threads = threadsOf(options);
      checkWritable('--out', out);
      const opened = await openPhoto(photo, options.colour === undefined ? {} : { colour: options.colour });
      const bytes = await checkCubeFile(out, openCube, opened);
      if (bytes > ANNOUNCED_BYTES) {
        process.stderr.write(
          `the cube of ${opened.height} x ${opened.width} x ${BANDS} takes ${formatBytes(bytes)}\n`,
        );
      }
      await startBackend(options.backend, threads);
      const trained = openTrainedModel(options);
      const image = photoForWeights(opened, trained.rgb);
      const file = openCube(out);
      const preview = new PreviewSink(file);
      const progress = reconstructionProgress();
      // A second Ctrl-C ends the process at once: even then no half file stays.
      const discard = () => void file.abort('the process ended');
      process.once('exit', discard);
      try {
        const predict = (signal: AbortSignal) =>
          predictInto(predictorOf(trained.definition, trained.model), image, preview, {
            protocol,
            selfEnsemble: Number(options.selfEnsemble) as 1 | 2 | 4 | 8,
            onProgress: ({ done, total }) => progress.update(done, total),
            signal,
          });
        await interruptible(predict, 'interrupted; nothing was written');
      } catch (error) {
        if (error instanceof PredictionError)
          throw new PredictionError(`${photo}: ${error.message}`, { cause: error });
        throw error;
      } finally {
        process.off('exit', discard);
        progress.stop();
      }
      disposeModel(trained.model);
      const previewPath = withExtension(out, '.preview.png');
      writeFileAtomic(previewPath, preview.png());
      process.stdout.write(
        `photo: ${image.description}\n${trained.definition.title}: ${image.height} x ${image.width} x 31 bands, 400 to 700 nm\ncube: ${file.files.join(', ')}\npreview: ${previewPath}\n`,
      );
    });
}
