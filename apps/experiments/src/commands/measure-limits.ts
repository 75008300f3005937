import { pretrainedCard } from '@prismamba/weights';
import { writeFileAtomic } from '@prismamba/formats/node';
import { Command } from 'commander';
import { loadExperiment } from '../config/load-experiment.js';
import { measureLimits } from '../limits/measure-limits.js';
import { startBackend } from '../start-backend.js';
import { collect, overridesOf } from './options.js';

interface MeasureOptions {
  readonly data?: string;
  readonly split?: string;
  readonly set: readonly string[];
  readonly out: string;
}

/** `prismamba measure-limits`, by which `tools/measure-limits.mjs` fills the cards of shipped weights. */
export function measureLimitsCommand(): Command {
  return new Command('measure-limits')
    .description(
      'What shipped weights saw, how wide their intervals must be, what --consistent changes: as JSON.',
    )
    .argument('<name>', 'shipped weights')
    .requiredOption('--out <file>', 'where the JSON goes')
    .option('--data <folder>', 'the scenes of the card')
    .option('--split <file>', 'their split')
    .option('--set <path=value>', 'override one key of the experiment of the card', collect, [])
    .action(async (name: string, options: MeasureOptions) => {
      const card = pretrainedCard(name);
      const loaded = await loadExperiment(card.training.experiment, overridesOf(options));
      await startBackend('wasm', { threads: 1 });
      writeFileAtomic(options.out, `${JSON.stringify(await measureLimits(loaded, card), null, 2)}\n`);
    });
}
