import { writeFileAtomic } from '@prismamba/formats/node';
import { listPretrained, pretrainedCard, pretrainedFile } from '@prismamba/weights';
import Table from 'cli-table3';
import { Command } from 'commander';
import { checkWritable } from '../run/check-output.js';
import { pretrainedSource } from '../reconstruct/pretrained-source.js';
import { formatScore } from '../run/score-table.js';
import { usageError } from '../user-error.js';
import { jsonOption, writeJson } from './options.js';

const SHOWN = ['PSNR', 'MRAE', 'SAM'] as const;

function list(): string {
  const table = new Table({
    head: ['name', 'network', 'RGB', 'size', ...SHOWN, 'package'],
    style: { head: [], border: [], compact: true },
  });
  for (const { name, model, rgb, bytes, evaluation, package: holder } of listPretrained()) {
    const scores = evaluation.mean['standard']!;
    table.push([
      name,
      model,
      rgb,
      `${Math.round(bytes / 1000)} kB`,
      ...SHOWN.map((key) => formatScore(key, scores[key])),
      holder,
    ]);
  }
  return (
    `${table.toString()}\nmeans over scenes that were used neither in training nor in selection, protocol standard\n` +
    'weights of another package than @prismamba/weights want npm install of it\n'
  );
}

/** `prismamba pretrained`. */
export function pretrainedCommand(): Command {
  return new Command('pretrained')
    .summary('weights that come with Prismamba, with their scores')
    .description(
      'Lists the weights that reconstruct can take without a run folder; with a name, what is known about these weights: ' +
        'data, split, steps, seed, scores of every scene. --out writes the safetensors file, for PyTorch and others.',
    )
    .argument('[name]', 'shipped weights, such as gmsr-net/cave-clean')
    .option('--out <file>', 'write the weights as a .safetensors file')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  prismamba pretrained
  prismamba pretrained gmsr-net/cave-clean --json
  prismamba pretrained gmsr-net/cave-clean --out gmsr-net.safetensors`,
    )
    .action(async (name: string | undefined, options: { readonly out?: string; readonly json?: boolean }) => {
      if (name === undefined) {
        if (options.out !== undefined)
          throw usageError('pretrained --out: which weights? Name them before it');
        if (options.json === true) writeJson(listPretrained());
        else process.stdout.write(list());
        return;
      }
      const card = cardOf(name);
      if (options.out !== undefined) {
        checkWritable('--out', options.out);
        writeFileAtomic(options.out, await pretrainedFile(name, await pretrainedSource(name)));
        process.stdout.write(`written: ${options.out}, ${card.bytes} bytes\n`);
        return;
      }
      writeJson(card);
    });
}

function cardOf(name: string) {
  try {
    return pretrainedCard(name);
  } catch (error) {
    throw usageError(
      error instanceof Error ? error.message.replace('pretrainedCard', 'pretrained') : String(error),
    );
  }
}
