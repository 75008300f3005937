import { readFileBytesSync } from '@prismamba/formats/node';
import { openOnnxNetwork, onnxRuntimeStatus } from '@prismamba/backend';
import { createRandom } from '@prismamba/core';
import { relativeError } from '@prismamba/parity';
import type { ModelDefinition } from '@prismamba/models';
import type * as tfl from '@tensorflow/tfjs-layers';
import { predictorOf } from '../engine/open-engine.js';
import { UserError } from '../user-error.js';

/** Largest difference over the largest value up to which both are the same network; float32 rounding is some 1e-7 a layer. */
export const CHECK_LIMIT = 1e-5;

/** Two sizes, neither of them square, as small as the network takes them; the file says nothing of either. */
function checkSizes({ traits }: ModelDefinition): [height: number, width: number][] {
  const multiple = traits?.sizeMultiple ?? 1;
  const side = (wanted: number) =>
    Math.ceil(Math.max(wanted, traits?.minimumSize ?? 1) / multiple) * multiple;
  return [
    [side(24), side(40)],
    [side(49), side(33)],
  ];
}

/** @throws UserError where `onnxruntime-node` is missing or broken, before anything is written. */
export async function requireOnnxRuntime(): Promise<void> {
  const status = await onnxRuntimeStatus();
  if (!status.usable) throw new UserError(`--check: ${status.reason}`);
}

/**
 * Runs a written ONNX file in onnxruntime-node beside the model that it was written from, on random images of two sizes.
 *
 * @returns a line for each size: largest error, and the time of each.
 * @throws UserError where the outputs differ by more than CHECK_LIMIT
 */
export async function checkOnnxFile(
  file: string,
  { definition, model }: { readonly definition: ModelDefinition; readonly model: tfl.LayersModel },
): Promise<string> {
  const network = await openOnnxNetwork(readFileBytesSync(file), { source: file });
  const ours = predictorOf(definition, model);
  const lines: string[] = [`check in ${network.description}:`];
  let worst = 0;
  try {
    for (const [height, width] of checkSizes(definition)) {
      const random = createRandom(height);
      const rgb = Float32Array.from({ length: height * width * 3 }, () => random.uniform());
      const timed = async (predictor: Pick<typeof ours, 'predictArray'>) => {
        // The first call plans memory and compiles kernels.
        await predictor.predictArray(rgb, height, width);
        const began = performance.now();
        const { data } = await predictor.predictArray(rgb, height, width);
        return { data, milliseconds: performance.now() - began };
      };
      const theirs = await timed(network);
      const reference = await timed(ours);
      const error = relativeError(theirs.data, reference.data);
      worst = Math.max(worst, error);
      lines.push(
        `  ${height} x ${width}: largest error ${error.toExponential(1)} of the largest value; ` +
          `${theirs.milliseconds.toFixed(1)} ms, TensorFlow.js ${reference.milliseconds.toFixed(1)} ms`,
      );
    }
  } finally {
    await network.close();
  }
  if (worst > CHECK_LIMIT) {
    throw new UserError(
      `${lines.join('\n')}\n--check: ${file} answers otherwise than the model that it was written from: ${worst.toExponential(1)} of ` +
        `the largest value, wanted at most ${CHECK_LIMIT}. Do not use this file; please report the model and its settings.`,
    );
  }
  return `${lines.join('\n')}\n`;
}
