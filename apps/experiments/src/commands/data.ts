import { resolve } from 'node:path';
import {
  caveUrl,
  checkDataset,
  datasetNames,
  fetchCave,
  previewDataset,
  type DatasetName,
  type DatasetReport,
} from '@prismamba/datasets/node';
import { Command, Option } from 'commander';
import { readingOption, readingOptions } from '../config/reading-options.js';
import { interruptible } from '../run/interrupt.js';
import { taskProgress } from '../run/progress.js';

interface ReadingOptions {
  readonly dataset: DatasetName | 'auto';
  readonly set: readonly string[];
}

const datasetOption = () =>
  new Option('--dataset <name>', 'which data set it is; by the names of its files unless given')
    .choices(['auto', ...datasetNames])
    .default('auto');

function summary({ dataset, root, cubes, images, quantiles, bad, odd, missing }: DatasetReport): string {
  const list = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`)];
  return [
    `${root}: ${dataset}, ${cubes} cubes and ${images} RGB images were read; ${bad.length} bad, ${odd.length} odd`,
    ...(quantiles === undefined
      ? []
      : [
          `values of the cubes: ${quantiles.map(({ share, value }) => `${100 * share} % <= ${value.toPrecision(3)}`).join(', ')}`,
        ]),
    ...list(
      'bad',
      bad.map(({ name, problem }) => `${name}: ${problem}`),
    ),
    ...list(
      'odd',
      odd.map(({ name, remark }) => `${name}: ${remark}`),
    ),
    ...list('missing from a complete copy', missing),
    '',
  ].join('\n');
}

function checkCommand(): Command {
  return new Command('check')
    .summary('read and validate every file of a data set')
    .description(
      'Recognises the data set, counts and reads every file, goes on after bad ones, and says what is missing. ' +
        'Exit code 1 if any file is bad.',
    )
    .argument('<folder>', 'folder of the data set')
    .addOption(datasetOption())
    .addOption(readingOption())
    .addHelpText(
      'after',
      `
Examples:
  prismamba data check ~/data/CAVE
  prismamba data check ~/cubes --set wavelengths='[420, 430, 440, 450]' --set outside=nearest`,
    )
    .action(async (folder: string, { dataset, set }: ReadingOptions) => {
      const open = readingOptions(set);
      const progress = taskProgress('checking');
      const report = await interruptible((signal) =>
        checkDataset(folder, {
          dataset,
          open,
          signal,
          onProgress: ({ done, total }) => progress.update(done, total),
        }),
      ).finally(() => progress.stop());
      process.stdout.write(summary(report));
      if (report.bad.length > 0) process.exitCode = 1;
    });
}

function previewCommand(): Command {
  return new Command('preview')
    .summary('draw a contact sheet and band strips')
    .description('Writes contact-sheet.png (scenes in RGB) and band-strips.png (every band of them).')
    .argument('<folder>', 'folder of the data set')
    .addOption(datasetOption())
    .addOption(readingOption())
    .option('--out <folder>', 'where the pictures go', 'preview')
    .option('--most <count>', 'most scenes shown', '24')
    .addHelpText('after', '\nExample:\n  prismamba data preview ~/data/CAVE --out preview')
    .action(
      async (folder: string, options: ReadingOptions & { readonly out: string; readonly most: string }) => {
        const open = readingOptions(options.set);
        const progress = taskProgress('drawing');
        const preview = await interruptible((signal) =>
          previewDataset(folder, {
            dataset: options.dataset,
            open,
            out: options.out,
            most: Number(options.most),
            signal,
            onProgress: ({ done, total }) => progress.update(done, total),
          }),
        ).finally(() => progress.stop());
        process.stdout.write(
          `${preview.dataset}: ${preview.scenes.join(', ')}\n${preview.contactSheet}\n${preview.bandStrips}\n`,
        );
        for (const { name, problem } of preview.failed)
          process.stderr.write(`left out: ${name}: ${problem}\n`);
        if (preview.failed.length > 0) process.exitCode = 1;
      },
    );
}

function fetchCommand(): Command {
  return new Command('fetch')
    .summary('download a data set that is publicly downloadable')
    .description(
      'Downloads CAVE from its public page, unpacks it and reads every file once. An interrupted download is continued ' +
        'the next time. The other data sets need a registration; see the README of @prismamba/datasets.',
    )
    .addArgument(new Command().createArgument('<dataset>', 'which one').choices(['cave']))
    .option('--out <folder>', 'where it goes', 'data/cave')
    .option('--url <address>', 'another copy of the archive', caveUrl)
    .option('--sha256 <hash>', 'refuse an archive with another SHA-256')
    .addHelpText('after', '\nExample:\n  prismamba data fetch cave --out ~/data/CAVE')
    .action(
      async (
        _dataset: string,
        options: { readonly out: string; readonly url: string; readonly sha256?: string },
      ) => {
        const bars = new Map<string, ReturnType<typeof taskProgress>>();
        const fetched = await interruptible((signal) =>
          fetchCave(options.out, {
            url: options.url,
            signal,
            ...(options.sha256 === undefined ? {} : { sha256: options.sha256 }),
            onProgress: ({ phase, done, total }) => {
              let bar = bars.get(phase);
              if (bar === undefined) {
                for (const other of bars.values()) other.stop();
                bars.set(phase, (bar = taskProgress(phase)));
              }
              bar.update(done, total ?? done);
            },
          }),
        ).finally(() => {
          for (const bar of bars.values()) bar.stop();
        });
        const source = fetched.downloaded
          ? `downloaded, SHA-256 ${fetched.sha256 ?? ''}`
          : 'was there already';
        process.stdout.write(`cave: ${source}\n${summary(fetched.report)}${resolve(options.out)}\n`);
      },
    );
}

/** `prismamba data`. */
export function dataCommand(): Command {
  return new Command('data')
    .summary('check, preview and fetch data sets')
    .description('Looks after data sets on disk.')
    .addHelpText(
      'after',
      '\nExamples:\n  prismamba data check ~/data/CAVE\n  prismamba data fetch cave --out ~/data/CAVE',
    )
    .addCommand(checkCommand())
    .addCommand(previewCommand())
    .addCommand(fetchCommand());
}
