import { disposeModel, type LoadReport } from '@prismamba/models';
import { Command } from 'commander';
import { openTrainedModel } from '../reconstruct/open-trained-model.js';
import { settingsOption } from './options.js';
import { startBackend } from '../start-backend.js';

/** What an entry can be, in the order of the listing, with its list in the report. */
const kinds = {
  loaded: 'loaded',
  dead: 'dead',
  alias: 'aliases',
  'not kept': 'notKept',
  unknown: 'unknown',
  missing: 'missing',
} as const satisfies Record<string, Exclude<keyof LoadReport, 'unread'>>;

/** `prismamba weights`. */
export function weightsCommand(): Command {
  return new Command('weights')
    .summary('what each entry of a weights file is to a model')
    .description(
      'Lists every entry: loaded; dead (in the official network, but nothing reads it); alias (a second name of a ' +
        'tensor); not kept (counters); unknown (in the file only); missing (in the model only). Exits with 1 when ' +
        'entries are unknown, missing or not finite. Loading never executes what is in a file.',
    )
    .argument('<model>', 'registry key, such as agd-net')
    .argument('<file>', 'an official .pth, one of our .safetensors files, or a run folder')
    .addOption(settingsOption())
    .addHelpText(
      'after',
      `
Examples:
  prismamba weights agd-net AGD_net.pth
  prismamba weights awan awan.pth --set width=90`,
    )
    .action(async (name: string, file: string, { set }: { readonly set: readonly string[] }) => {
      await startBackend('cpu');
      const { definition, config, model, path, report } = openTrainedModel({
        weights: file,
        model: name,
        set,
        strict: false,
      });
      disposeModel(model);
      const shapes = new Map(definition.stateDict(config).map((entry) => [entry.official, entry.shape]));
      const lines = Object.entries(kinds).flatMap(([kind, key]) =>
        report[key].map((entry) => {
          const shape = shapes.get(entry);
          const size = shape === undefined ? '' : `  [${shape.join(', ')}]`;
          return `${kind.padEnd(8)}  ${entry}${size}${report.nonFinite.includes(entry) ? '  NOT FINITE' : ''}`;
        }),
      );
      const counts = Object.entries(kinds).map(([kind, key]) => `${report[key].length} ${kind}`);
      process.stdout.write(
        `${lines.join('\n')}\n${path} for ${definition.title}, ${report.names} names: ${counts.join(', ')}\n`,
      );
      const unread = report.unread ?? [];
      if (unread.length > 0) process.stdout.write(`not read beside the tensors: ${unread.join(', ')}\n`);
      if (report.unknown.length + report.missing.length + report.nonFinite.length > 0) process.exitCode = 1;
    });
}
