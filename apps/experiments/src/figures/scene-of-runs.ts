import { join } from 'node:path';
import { nearestNames } from '@prismamba/core';
import { readFileBytesSync } from '@prismamba/formats/node';
import { disposeModel, loadWeights } from '@prismamba/models';
import { buildExperiment, type Experiment } from '../build-experiment.js';
import { backendOverrides, dataOverrides } from '../commands/options.js';
import type { ComparedRun } from '../compare/open-runs.js';
import { loadExperiment } from '../config/load-experiment.js';
import { predictorOf } from '../engine/open-engine.js';
import { reconstructorOf } from '../run/evaluate-model.js';
import { countProgress } from '../run/progress.js';
import { SceneFigures, type SceneFigure } from '../run/scene-figures.js';
import { startBackend } from '../start-backend.js';
import { UserError, usageError } from '../user-error.js';

export interface SceneOfRunsOptions {
  readonly scene: string;
  readonly wavelengths: readonly number[];
  /** How many pixels get their spectra drawn, and the seed that chooses them. */
  readonly pixels: number;
  readonly seed: number;
  /** Where the scenes are now, where it is not where the run saw them. */
  readonly data?: string;
  readonly split?: string;
  /** Other than what the runs were made with. */
  readonly backend?: string;
}

export interface SceneOfRuns {
  readonly figure: SceneFigure;
  /** Data URL of a picture that the figure names. */
  image(file: string): string;
  /** Whether some run was trained on the scene: its reconstruction then says little. */
  readonly trainedOn: boolean;
}

/** All runs must see one picture of the scene, or their errors could not stand side by side. */
function checkInputs([first, ...others]: readonly ComparedRun[]): void {
  const other = others.find(({ summary }) => summary.rgb !== first!.summary.rgb);
  if (other === undefined) return;
  throw new UserError(
    `the runs see different RGB images of a scene: '${first!.folder}' has ${first!.summary.rgb}, '${other.folder}' has ${other.summary.rgb}`,
  );
}

function checkScene(scene: string, { split }: Experiment['data']): void {
  const known = [...split.test, ...(split.validation ?? []), ...split.train];
  if (known.includes(scene)) return;
  const [nearest] = nearestNames(scene, known, 1);
  throw usageError(
    `--scene ${scene}: the run has no such scene${nearest === undefined ? '' : `, did you mean '${nearest}'?`} Test scenes: ${split.test.join(', ')}`,
  );
}

function checkWavelengths(wanted: readonly number[], available: readonly number[]): void {
  const [least, most] = [Math.min(...available), Math.max(...available)];
  const outside = wanted.find((value) => value < least || value > most);
  if (outside !== undefined) {
    throw usageError(`--wavelength ${outside}: the scene has bands from ${least} to ${most} nm`);
  }
}

/** Reconstructs one scene with the weights of every run, and collects what is drawn of it. */
export async function sceneOfRuns(
  runs: readonly ComparedRun[],
  options: SceneOfRunsOptions,
): Promise<SceneOfRuns> {
  checkInputs(runs);
  const { scene: id, wavelengths, pixels, seed } = options;
  const files = new Map<string, Uint8Array>();
  const values = new Map<string, unknown>();
  const folder = {
    writeBytes: (name: string, bytes: Uint8Array) => void files.set(name, bytes),
    writeJson: (name: string, value: unknown) => void values.set(name, value),
  };
  let figures: SceneFigures | undefined;
  let trainedOn = false;
  const progress = countProgress(`reconstructing ${id}`, runs.length);
  try {
    for (const run of runs) {
      const loaded = await loadExperiment(join(run.folder, 'experiment.yaml'), [
        ...dataOverrides(options),
        ...backendOverrides(options),
      ]);
      const { config } = loaded;
      await startBackend(config.backend, config.threads === undefined ? {} : { threads: config.threads });
      const experiment = await buildExperiment(loaded);
      const { definition, config: modelConfig } = experiment.choice;
      try {
        checkScene(id, experiment.data);
        trainedOn ||= experiment.data.split.train.includes(id);
        const scene = await experiment.data.load(id);
        checkWavelengths(wavelengths, scene.wavelengths);
        const report = { ...config.report, wavelengths: [...wavelengths], pixels, scenes: 1 };
        figures ??= new SceneFigures({ config: { ...config, seed, report }, data: experiment.data }, folder);
        const weights = join(run.folder, 'weights.safetensors');
        const model = definition.build(modelConfig, { seed: config.seed });
        try {
          loadWeights(model, definition, modelConfig, readFileBytesSync(weights), { source: weights });
          const reconstruct = reconstructorOf(experiment, predictorOf(definition, model));
          await figures.add(run.label, scene, await reconstruct(scene));
        } finally {
          disposeModel(model);
        }
      } finally {
        await experiment.data.close();
      }
      progress.next();
    }
  } finally {
    progress.stop();
  }
  figures!.write();
  const [figure] = values.get('figures/scenes.json') as SceneFigure[];
  return {
    figure: figure!,
    image: (file) => `data:image/png;base64,${Buffer.from(files.get(file)!).toString('base64')}`,
    trainedOn,
  };
}
