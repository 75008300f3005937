import type { CubeShape } from '@prismamba/trainer';
import { checkSpace, formatBytes, freeSpace } from '../run/check-output.js';
import { formatSeconds } from '../run/progress-bar.js';
import { taskProgress } from '../run/progress.js';
import type { OpenCubeFile } from './cube-files.js';

/* What is said before large or long work: whether there is room for it, how much it takes, how long it will last. */

/** A cube above this size is announced before it is made. */
const ANNOUNCED_BYTES = 1e9;
/** A prediction that takes longer is announced, seconds. */
const ANNOUNCED_SECONDS = 600;

type Say = (text: string) => void;
const toTerminal: Say = (text) => void process.stderr.write(text);

export interface PlannedCube {
  readonly out: string;
  readonly openCube: OpenCubeFile;
  readonly shape: Pick<CubeShape, 'height' | 'width'>;
  readonly wavelengths: readonly number[];
  /** Whether a second one of the same size is written beside it: the half widths of its intervals. */
  readonly uncertainty?: boolean;
}

/**
 * Looks for room and opens the cube file for a trial, which is taken back: a disk that is too small and a format that cannot hold
 * the cube say so before the first tile. A large cube is announced.
 *
 * @param free bytes that the disk has left, and `say` where the announcement goes: parameters for tests
 */
export async function checkCubeFile(
  { out, openCube, shape, wavelengths, uncertainty = false }: PlannedCube,
  { free = freeSpace(out), say = toTerminal }: { readonly free?: number; readonly say?: Say } = {},
): Promise<void> {
  const { height, width } = shape;
  const bands = wavelengths.length;
  const bytes = (uncertainty ? 2 : 1) * height * width * bands * Float32Array.BYTES_PER_ELEMENT;
  checkSpace('--out', out, bytes, free);
  const trial = openCube(out, wavelengths);
  await trial.begin({ height, width, bands });
  await trial.abort('a trial');
  if (bytes > ANNOUNCED_BYTES)
    say(
      `the cube of ${height} x ${width} x ${bands} ${uncertainty ? 'and its uncertainty take' : 'takes'} ${formatBytes(bytes)}\n`,
    );
}

/**
 * The bar, and a line in front of it when the first window shows that this will take long.
 *
 * @param clock milliseconds, and `say` where the line goes: parameters for tests
 */
export function reconstructionProgress(
  label: string,
  clock: () => number = () => performance.now(),
  say: Say = toTerminal,
): ReturnType<typeof taskProgress> {
  const started = clock();
  const bar = taskProgress(label);
  return {
    update(done, total) {
      const seconds = ((clock() - started) / 1000) * (total / done);
      if (done === 1 && seconds > ANNOUNCED_SECONDS) {
        say(`about ${formatSeconds(seconds)} for ${total} windows, at the speed of the first one\n`);
      }
      bar.update(done, total);
    },
    stop: () => bar.stop(),
  };
}
