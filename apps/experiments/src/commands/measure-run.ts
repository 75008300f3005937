import { disposeModel } from '@prismamba/models';
import { train } from '@prismamba/trainer';
import { Command } from 'commander';
import { buildExperiment, type Experiment } from '../build-experiment.js';
import { toSteps } from '../config/duration.js';
import { loadExperiment } from '../config/load-experiment.js';
import { predictorOf } from '../engine/open-engine.js';
import { reconstructorOf } from '../run/evaluate-model.js';
import { startBackend } from '../start-backend.js';
import type { RunCost } from '../tables/measure-run.js';

/** Seconds of one step, after one that compiles kernels and fills caches. */
async function secondsOfStep(
  experiment: Experiment,
  model: ReturnType<Experiment['buildModel']>,
): Promise<number> {
  const optimizer = experiment.buildOptimizer();
  let seconds = 0;
  try {
    await train({
      model,
      loss: experiment.buildLoss(model),
      optimizer,
      schedule: experiment.schedule,
      batches: experiment.data.batches,
      steps: 2,
      seed: experiment.config.seed,
      clipNorm: experiment.config.training.clip_norm,
      microBatch: experiment.config.training.micro_batch,
      aroundStep: async (_, run) => {
        const began = performance.now();
        const result = await run();
        seconds = (performance.now() - began) / 1000;
        return result;
      },
    });
  } finally {
    optimizer.dispose();
  }
  return seconds;
}

async function measure(file: string): Promise<RunCost> {
  const loaded = await loadExperiment(file);
  const { threads, backend, training } = loaded.config;
  await startBackend(backend, threads === undefined ? {} : { threads });
  const experiment = await buildExperiment(loaded);
  const { data, choice } = experiment;
  const trained = choice.definition.fit === 'gradient';
  const model = experiment.buildModel(choice);
  try {
    const secondsPerStep = trained ? await secondsOfStep(experiment, model) : 0;
    const steps = trained ? experiment.steps : 0;
    const scene = await data.load(data.split.test[0]!);
    const began = performance.now();
    await reconstructorOf(experiment, predictorOf(choice.definition, model))(scene);
    const secondsPerScene = (performance.now() - began) / 1000;
    const every = training.validation?.every;
    const validations =
      every === undefined || !trained ? 0 : Math.ceil(steps / toSteps(every, data.batches.stepsPerEpoch));
    const scenes = validations * (data.split.validation?.length ?? 0) + data.split.test.length;
    return {
      steps,
      secondsPerStep,
      secondsPerScene,
      seconds: steps * secondsPerStep + scenes * secondsPerScene,
      bytes: process.resourceUsage().maxRSS * 1024,
    };
  } finally {
    disposeModel(model);
    await data.close();
  }
}

/** What `reproduce --dry-run` runs for each row; not listed in the help. */
export function measureRunCommand(): Command {
  return new Command('measure-run')
    .description(
      'Measures two steps and one test scene of an experiment, and prints what the whole run would take.',
    )
    .argument('<experiment>', 'path of a YAML file')
    .action(async (file: string) => {
      process.stdout.write(`${JSON.stringify(await measure(file))}\n`);
    });
}
