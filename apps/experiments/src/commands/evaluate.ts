import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readFileBytesSync, writeFileAtomic } from '@prismamba/formats/node';
import { disposeModel, loadWeights, readWeightsFile } from '@prismamba/models';
import { Command } from 'commander';
import { buildExperiment } from '../build-experiment.js';
import { loadExperiment } from '../config/load-experiment.js';
import type { EngineRequest } from '../engine/engine-choice.js';
import { engineOption, engineOverrides, providerOption } from './engine-options.js';
import { checkWeightBands } from '../reconstruct/weights-metadata.js';
import { evaluateModel } from '../run/evaluate-model.js';
import { scoresCsv, scoreTable, type ModelScores } from '../run/score-table.js';
import { checkWritable } from '../run/check-output.js';
import { interruptible } from '../run/interrupt.js';
import { usageError } from '../user-error.js';
import { backendOption, backendOverrides, collect, overridesOf, jsonOption, writeJson } from './options.js';
import { startBackend } from '../start-backend.js';

interface EvaluateOptions extends EngineRequest {
  readonly weights?: string;
  readonly data?: string;
  readonly split?: string;
  readonly backend?: string;
  readonly set: readonly string[];
  readonly csv?: string;
  readonly json?: boolean;
}

/** `prismamba evaluate`. */
export function evaluateCommand(): Command {
  return new Command('evaluate')
    .summary('score weights on the test scenes of an experiment')
    .description(
      'Scores a trained model on test scenes, without training: the weights of a run folder, or any official .pth or ' +
        '.safetensors file with the experiment that names its model.',
    )
    .argument('<run>', 'run folder, or an experiment file or name together with --weights')
    .option('--weights <file>', 'weights to score; those of the run folder unless given')
    .option('--data <folder>', 'real scenes instead of what the experiment says')
    .option('--split <file>', 'JSON of scenes; FILE#subset takes a part of it')
    .option('--set <path=value>', 'override one key of the experiment; may be repeated', collect, [])
    .addOption(backendOption('what the experiment says'))
    .addOption(engineOption())
    .addOption(providerOption())
    .option('--csv <file>', 'also write the scores of every scene as CSV')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  prismamba evaluate runs/quickstart/2026-01-31T12-00-00
  prismamba evaluate runs/quickstart/2026-01-31T12-00-00 --data DIR --split DIR/split.json
  prismamba evaluate runs/quickstart/2026-01-31T12-00-00 --engine auto
  prismamba evaluate cave/gmsr-net --weights CAVE.pth --data DIR --set evaluation.protocols=[gmsr-official]`,
    )
    .action(async (name: string, options: EvaluateOptions) => {
      const isRun = existsSync(join(name, 'experiment.yaml'));
      const weights = options.weights ?? (isRun ? join(name, 'weights.safetensors') : undefined);
      if (weights === undefined) {
        throw usageError(
          `evaluate: '${name}' is no run folder, so --weights FILE must name the weights to score`,
        );
      }
      if (options.csv !== undefined) checkWritable('--csv', options.csv);
      const settings = overridesOf(options);
      const overrides = [...settings, ...backendOverrides(options), ...engineOverrides(options, settings)];
      const loaded = await loadExperiment(isRun ? join(name, 'experiment.yaml') : name, overrides);
      const { threads } = loaded.config;
      await startBackend(loaded.config.backend, threads === undefined ? {} : { threads });
      const experiment = await buildExperiment(loaded);
      const { definition, config } = experiment.choice;
      const scores: ModelScores[] = [];
      try {
        const model = definition.build(config, { seed: loaded.config.seed });
        const bytes = readFileBytesSync(weights);
        loadWeights(model, definition, config, bytes, { source: weights });
        checkWeightBands(readWeightsFile(bytes, weights).metadata, weights, experiment.data.wavelengths);
        const score = (signal: AbortSignal) =>
          evaluateModel(experiment, experiment.choice, model, { signal, goOn: 'nothing was written' });
        scores.push(await interruptible(score, 'interrupted while scoring; nothing was written'));
        disposeModel(model);
      } finally {
        await experiment.data.close();
      }
      // The scores first: what cannot be written must not be lost.
      if (options.json === true) writeJson({ data: experiment.data.description, models: scores });
      else process.stdout.write(`${scoreTable(scores)}\n${experiment.data.description}\n`);
      if (options.csv !== undefined) {
        const { name: experimentName, seed } = loaded.config;
        const origin = { experiment: experimentName, seed, settings: loaded.overrides };
        writeFileAtomic(options.csv, scoresCsv(scores, origin));
      }
    });
}
