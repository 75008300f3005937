import Table from 'cli-table3';
import { Command, Option } from 'commander';
import { writeFileAtomic } from '@prismamba/formats/node';
import { compareRuns, comparisonJson, type ComparisonOptions } from '../compare/comparison.js';
import { comparisonPage } from '../compare/comparison-page.js';
import {
  comparisonNotes,
  differencesText,
  pairedText,
  scoresText,
  type TextTable,
} from '../compare/comparison-text.js';
import { findRuns } from '../compare/find-runs.js';
import { openRuns } from '../compare/open-runs.js';
import { checkWritable } from '../run/check-output.js';
import { jsonOption, writeJson } from './options.js';

interface CompareOptions extends ComparisonOptions {
  readonly out: string;
  readonly html?: string;
  readonly json?: boolean;
}

function printed({ head, rows }: TextTable): string {
  const table = new Table({ head: [...head], style: { head: [], border: [], compact: true } });
  for (const row of rows) table.push([...row]);
  return table.toString();
}

/** `prismamba compare`. */
export function compareCommand(): Command {
  return new Command('compare')
    .summary('set finished runs beside each other, with a paired test over the scenes')
    .description(
      'Compares runs that were tested on the same scenes: scores, settings that differ, and each run against the best one by ' +
        "Wilcoxon's signed-rank test over the scenes.",
    )
    .argument(
      '<run...>',
      'run folders, the folder of a sweep, or names and patterns that `prismamba runs` lists',
    )
    .option('--protocol <name>', 'whose scores', 'standard')
    .option('--metric <name>', 'the score that is tested', 'PSNR')
    .addOption(
      new Option('--against <which>', 'test against the run with the best mean, or the first named')
        .choices(['best', 'first'])
        .default('best'),
    )
    .option('--html <file>', 'also write one page: parallel coordinates, differences by scene, curves')
    .option('--out <folder>', 'folder where names of runs are looked up', 'runs')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  prismamba compare runs/quickstart
  prismamba compare quickstart 'ablation-*' --metric SAM --html compare.html
  prismamba compare runs/quickstart/1a2b3c4d5e6f runs/quickstart/6f5e4d3c2b1a --against first --json`,
    )
    .action(async (args: string[], options: CompareOptions) => {
      if (options.html !== undefined) checkWritable('--html', options.html);
      const { folders, leftOut } = findRuns(args, options.out);
      for (const text of leftOut) process.stderr.write(`left out: ${text}\n`);
      const comparison = compareRuns(openRuns(folders), options);
      if (options.json === true) writeJson(comparisonJson(comparison));
      else {
        const notes = comparisonNotes(comparison);
        const differing =
          comparison.differences.size === 0
            ? 'No setting differs that changes a number.'
            : `Settings that differ\n${printed(differencesText(comparison))}`;
        process.stdout.write(
          `${printed(scoresText(comparison))}\n${notes.scores}\n\n${differing}\n\n${printed(pairedText(comparison))}\n${notes.paired}\n`,
        );
      }
      if (options.html !== undefined) {
        writeFileAtomic(options.html, (await comparisonPage(comparison)).text);
        if (options.json !== true) process.stdout.write(`page: ${options.html}\n`);
      }
    });
}
