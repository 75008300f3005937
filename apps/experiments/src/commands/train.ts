import { join } from 'node:path';
import { Command } from 'commander';
import type { ExperimentConfig } from '../config/experiment-schema.js';
import { loadExperiment } from '../config/load-experiment.js';
import type { Override } from '../config/overrides.js';
import { checkResumedConfig } from '../run/resume-check.js';
import { runExperiment } from '../run-experiment.js';
import { backendOption, backendOverrides, collect, overridesOf } from './options.js';
import { existsSync } from 'node:fs';
import { UserError, usageError } from '../user-error.js';

interface TrainOptions {
  readonly data?: string;
  readonly split?: string;
  readonly set: readonly string[];
  readonly out: string;
  readonly resume?: string;
  readonly allowChanged: boolean;
  readonly backend?: string;
  readonly profile?: string | true;
}

/** `prismamba train`. */
export function trainCommand(): Command {
  return new Command('train')
    .summary('train a model, score it on unseen scenes, write a report')
    .description(
      'Trains the model of an experiment file, scores it and its baselines on test scenes that it never saw, and ' +
        'writes a run folder: resolved config, environment, log, checkpoints, weights, scores and report.html.',
    )
    .argument('[experiment]', 'path of a YAML file, or the name of a shipped experiment', 'quickstart')
    .option('--data <folder>', 'real scenes in the layout of a known data set instead of what the file says')
    .option('--split <file>', 'JSON of training and test scenes; FILE#subset takes a part of it')
    .option('--set <path=value>', 'override one key of the file; may be repeated', collect, [])
    .addOption(backendOption('what the experiment says'))
    .option('--out <folder>', 'folder for runs; each run gets a folder <name>/<time> in it', 'runs')
    .option('--resume <run>', 'go on with an interrupted run folder, from its newest checkpoint')
    .option(
      '--allow-changed',
      'with --resume: go on although settings differ from those that the run began with',
      false,
    )
    .option('--profile [steps]', 'measure steps (3) by layer and kernel: profile.txt, and a Chrome trace')
    .addHelpText(
      'after',
      `
Examples:
  prismamba train                                     the quickstart on synthetic scenes
  prismamba train quickstart --set training.duration='50 steps' --set seed=7
  prismamba train experiments/quickstart.yaml --data DIR --split DIR/split.json#mini
  prismamba train cave/gmsr-net --data DIR            the long experiment on CAVE
  prismamba train --resume runs/quickstart/2026-01-31T12-00-00
  prismamba train --resume runs/quickstart/2026-01-31T12-00-00 --allow-changed --set training.duration='500 steps'`,
    )
    .action(async (name: string, options: TrainOptions) => {
      const overrides: Override[] = [...overridesOf(options), ...backendOverrides(options)];
      const file = options.resume === undefined ? name : resumedFile(options.resume);
      let loaded = await loadExperiment(file, overrides);
      if (options.allowChanged && options.resume === undefined)
        throw usageError('--allow-changed: only a run that goes on can change; add --resume RUN');
      let changed: readonly string[] = [];
      if (options.resume !== undefined) {
        const was = (await loadExperiment(file)).config;
        changed = checkResumedConfig(options.resume, was, loaded.config, options.allowChanged);
      } else if (environmentFolder(loaded.config.data) !== undefined) {
        // What the environment says today is written down, so that a resumed run reads the same folder.
        const folder = environmentFolder(loaded.config.data);
        const text = `data.folder=${folder}`;
        loaded = await loadExperiment(file, [
          ...overrides,
          { path: ['data', 'folder'], value: folder, text },
        ]);
      }
      const result = await runExperiment(loaded, {
        place:
          options.resume === undefined
            ? { inside: join(options.out, loaded.config.name) }
            : { resumed: options.resume },
        changed,
        profileSteps: profiledSteps(options.profile),
        say: (text) => process.stderr.write(text),
      });
      if (process.env['PRISMAMBA_PROGRESS'] === 'json') {
        const bytes = process.resourceUsage().maxRSS * 1024;
        process.stderr.write(`${JSON.stringify({ event: 'memory', bytes })}\n`);
      }
      const report =
        result.report ?? `none (report.html: false); write it with: prismamba report ${result.folder}`;
      process.stdout.write(`\n${result.table}\n${result.caveat}\nreport: ${report}\n`);
    });
}

/** The folder of PRISMAMBA_DATA where real scenes are wanted and no folder is named. */
function environmentFolder({ source, folder }: ExperimentConfig['data']): string | undefined {
  return source === 'synthetic' || folder !== undefined ? undefined : process.env['PRISMAMBA_DATA'];
}

function profiledSteps(text: string | true | undefined): number {
  if (text === undefined) return 0;
  const steps = text === true ? 3 : Number(text);
  if (!Number.isInteger(steps) || steps < 1)
    throw usageError(`--profile ${String(text)}: wanted a number of steps`);
  return steps;
}

function resumedFile(folder: string): string {
  const file = join(folder, 'experiment.yaml');
  if (!existsSync(file))
    throw new UserError(`--resume ${folder}: there is no experiment.yaml; name a run folder`);
  return file;
}
