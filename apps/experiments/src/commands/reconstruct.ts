import { existsSync, statSync } from 'node:fs';
import { makeFolder } from '@prismamba/formats/node';
import { basename, extname, join } from 'node:path';
import { photoColours, type PhotoColour } from '@prismamba/datasets/node';
import { threadReport } from '@prismamba/backend';
import { disposeModel } from '@prismamba/models';
import type { PredictionProtocol } from '@prismamba/trainer';
import { predictionProtocolNames } from '@prismamba/trainer/internal';
import { Command, Option } from 'commander';
import { parseCorners } from '../chart/chart-patches.js';
import { engineOf, engineOption, providerOption } from './engine-options.js';
import type { EngineRequest } from '../engine/engine-choice.js';
import { openEngine } from '../engine/open-engine.js';
import { reconstructionProgress } from '../reconstruct/announce.js';
import { cubeFormats } from '../reconstruct/cube-files.js';
import { openPretrained, openTrainedModel } from '../reconstruct/open-trained-model.js';
import { photoFiles } from '../reconstruct/photo-files.js';
import { reconstructPhoto, withExtension, type PhotoJob } from '../reconstruct/reconstruct-photo.js';
import { parseRegion } from '../reconstruct/regions.js';
import { checkWritable, formatBytes } from '../run/check-output.js';
import { interruptible } from '../run/interrupt.js';
import { backendOf, backendOption, collect, settingsOption } from './options.js';
import { EXIT, UserError, usageError } from '../user-error.js';
import { startBackend } from '../start-backend.js';

/** Shipped weights that are taken where nothing else is named. */
const DEFAULT_WEIGHTS = 'gmsr-net/photo';

interface ReconstructOptions extends EngineRequest {
  readonly run?: string;
  readonly weights?: string;
  readonly pretrained?: string;
  readonly model?: string;
  readonly out?: string;
  readonly format?: string;
  readonly at: readonly string[];
  readonly consistent: boolean;
  readonly chart?: string;
  readonly uncertainty: boolean;
  readonly colour?: PhotoColour;
  readonly protocol: PredictionProtocol['name'];
  readonly tile?: string;
  readonly selfEnsemble: string;
  readonly backend?: string;
  readonly threads?: string;
  readonly set: readonly string[];
}

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

function cubeFormat(path: string, option: string): PhotoJob['openCube'] {
  const format = extname(path).toLowerCase();
  const open = cubeFormats[format];
  if (open !== undefined) return open;
  throw usageError(
    `${option}: unknown kind of cube file '${format}'; known: ${Object.keys(cubeFormats).join(', ')}`,
  );
}

/** Where the cube of each photo goes: beside it, in the file that --out names, or in the folder that --out names. */
function outputs(photos: readonly string[], { out, format }: ReconstructOptions): Map<string, string> {
  const ending = format === undefined ? '.npy' : format.startsWith('.') ? format : `.${format}`;
  const isFolder =
    out !== undefined && (extname(out) === '' || (existsSync(out) && statSync(out).isDirectory()));
  if (out !== undefined && !isFolder) {
    if (photos.length > 1)
      throw usageError(`--out ${out}: ${photos.length} photos need a folder, for instance --out cubes`);
    if (format !== undefined) throw usageError(`--format ${format}: --out ${out} says the format already`);
    return new Map([[photos[0]!, out]]);
  }
  if (isFolder) {
    checkWritable('--out', existsSync(out) ? join(out, 'cube') : out);
    makeFolder(out);
  }
  const places = new Map(
    photos.map((photo) => {
      const beside = withExtension(photo, ending);
      return [photo, isFolder ? join(out, basename(beside)) : beside];
    }),
  );
  const taken = new Map<string, string>();
  for (const [photo, place] of places) {
    const other = taken.get(place);
    if (other !== undefined)
      throw usageError(
        `'${other}' and '${photo}' would both be written to '${place}'; give them other names`,
      );
    taken.set(place, photo);
  }
  return places;
}

async function openWeights(options: ReconstructOptions) {
  const named = [options.run, options.weights, options.pretrained].filter((value) => value !== undefined);
  if (named.length > 1)
    throw usageError('--run, --weights and --pretrained all name the weights; give one of them');
  if (options.run !== undefined || options.weights !== undefined) return openTrainedModel(options);
  const name = options.pretrained ?? DEFAULT_WEIGHTS;
  const trained = await openPretrained(name, options);
  process.stderr.write(`weights: ${name}, shipped with Prismamba (prismamba pretrained lists them)\n`);
  return trained;
}

/** `prismamba reconstruct`. */
export function reconstructCommand(): Command {
  return new Command('reconstruct')
    .summary('photo in, hyperspectral cube out')
    .description(
      'Reconstructs a cube [height, width, bands] from a photo with trained weights (31 bands, 400 to 700 nm, unless they ' +
        'were trained on others), and writes it together with a preview PNG. The result is as good as the weights fit the camera: weights trained on ' +
        'simulated RGB know that simulated camera only.',
    )
    .argument('<photos...>', 'PNG, JPEG, TIFF, WebP or AVIF, of 8 or 16 bits; or folders of them')
    .option('--pretrained <name>', `weights that come with Prismamba (default: ${DEFAULT_WEIGHTS})`)
    .option('--run <folder>', 'take model and weights from a run folder')
    .option(
      '--weights <file>',
      'weights: one of our .safetensors files, or an official .pth together with --model',
    )
    .option('--model <name>', 'registry key, for weights that do not name their model')
    .option(
      '--out <path>',
      `where the cube goes: a file ending in ${Object.keys(cubeFormats).join(', ')}, or a folder (default: beside the photo)`,
    )
    .option('--format <ending>', 'kind of cube file where --out names none (default: .npy)')
    .option(
      '--at <x,y>',
      'also write the spectrum of a pixel, or of a region x,y,width,height; may be repeated',
      collect,
      [],
    )
    .option(
      '--consistent',
      'move each spectrum by the smallest change that makes its rendering the photo',
      false,
    )
    .option(
      '--uncertainty',
      'also write NAME.uncertainty: half widths of intervals that hold 90 % of the values, from the spread over 8 flips and transpositions (8 times the work)',
      false,
    )
    .option(
      '--chart <corners>',
      'calibrate the camera by a ColorChecker of 24 patches in the photo: x0,y0,...,x3,y3, its outer corners at dark skin, bluish green, black, white',
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
    .addOption(backendOption())
    .addOption(engineOption())
    .addOption(providerOption())
    .addOption(settingsOption())
    .option('--threads <count>', 'threads to compute with (default: the number of cores, at most 8)')
    .addHelpText(
      'after',
      `
Examples:
  prismamba reconstruct photo.jpg
  prismamba reconstruct photo.jpg --at 120,80 --at 200,100,16,16
  prismamba reconstruct photo.jpg --chart 212,96,540,102,536,322,208,314
  prismamba reconstruct photos/ --out cubes --format mat
  prismamba reconstruct photo.jpg --run runs/quickstart/2026-01-31T12-00-00
  prismamba reconstruct photo.png --weights CAVE.pth --model gmsr-net --protocol gmsr-official --out cube.mat`,
    )
    .action(async (paths: readonly string[], options: ReconstructOptions) => {
      const photos = photoFiles(paths);
      const places = outputs(photos, options);
      const [first] = places.values();
      const openCube = cubeFormat(first!, options.out === undefined ? '--format' : `--out ${options.out}`);
      const protocol = buildProtocol(options);
      const regions = options.at.map(parseRegion);
      const chart = options.chart === undefined ? undefined : parseCorners(options.chart);
      if (options.uncertainty && options.consistent)
        throw usageError(
          '--uncertainty --consistent: the intervals are calibrated for cubes as predicted; take one',
        );
      const threads = threadsOf(options);
      const backend = backendOf(options);
      for (const place of places.values()) checkWritable('--out', place);
      await startBackend(backend, threads);
      const trained = await openWeights(options);
      const engine = await openEngine(engineOf(options), trained);
      if (engine.line !== undefined) process.stderr.write(`${engine.line}\n`);
      const failed: string[] = [];
      let done = 0;
      for (const [photo, out] of places) {
        const label =
          photos.length === 1
            ? 'reconstructing'
            : `${done + failed.length + 1}/${photos.length} ${basename(photo)}`;
        const progress = reconstructionProgress(label);
        const job: PhotoJob = {
          photo,
          out,
          openCube,
          colour: options.colour,
          protocol,
          selfEnsemble: Number(options.selfEnsemble) as PhotoJob['selfEnsemble'],
          regions,
          consistent: options.consistent,
          chart,
          uncertainty: options.uncertainty,
        };
        try {
          const text = await interruptible(
            (signal) =>
              reconstructPhoto(
                job,
                trained,
                engine.predictor,
                (now, total) => progress.update(now, total),
                signal,
              ),
            photos.length === 1
              ? 'interrupted; nothing was written'
              : `interrupted at ${photo}, of which nothing was written; ${done} of ${photos.length} photos are done`,
          );
          process.stdout.write(text);
          done++;
        } catch (error) {
          // One bad photo must not cost the others; what ends the command and mistakes of ours still do.
          const goesOn = photos.length > 1 && error instanceof Error && !isFatal(error);
          if (!goesOn) throw error;
          failed.push(photo);
          process.stderr.write(`error: ${error.message}\n`);
        } finally {
          progress.stop();
        }
      }
      await engine.close();
      disposeModel(trained.model);
      process.stdout.write(
        `values: ${chart === undefined ? "relative, on the scale of the weights' training cubes; no calibration" : 'reflectance, by the published values of the chart, in light as on the chart'}\nmemory: ${formatBytes(process.resourceUsage().maxRSS * 1024)} at most\n`,
      );
      if (failed.length > 0)
        throw new UserError(
          `${failed.length} of ${photos.length} photos failed: ${failed.join(', ')}; the others are done`,
        );
    });
}

/** Interrupts, wrong options and mistakes in our code: going on to the next photo would not help. */
const isFatal = (error: Error) =>
  (error instanceof UserError && error.exitCode !== EXIT.failure) ||
  error instanceof TypeError ||
  error instanceof ReferenceError;
