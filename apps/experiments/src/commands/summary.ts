import { startBackend } from '@prismamba/backend';
import { complexity, disposeModel } from '@prismamba/models';
import Table from 'cli-table3';
import { Command } from 'commander';
import { modelArgument } from './model-argument.js';
import { UserError } from '../user-error.js';

function parseSize(text: string): { height: number; width: number } {
  const match = /^(\d+)x(\d+)$/.exec(text);
  if (match === null) throw new UserError(`--size ${text}: wanted HEIGHTxWIDTH, such as 482x512`);
  return { height: Number(match[1]), width: Number(match[2]) };
}

/** 16.04 G, 4.30 M, 812. */
function formatMacs(macs: number): string {
  if (macs >= 1e9) return `${(macs / 1e9).toFixed(3)} G`;
  if (macs >= 1e6) return `${(macs / 1e6).toFixed(2)} M`;
  return macs.toLocaleString('en-US');
}

/** `prismamba summary`. */
export function summaryCommand(): Command {
  return new Command('summary')
    .summary('layers, shapes, parameters and cost of a model')
    .description(
      'Lists the layers of a model with output shapes, weights and multiply-accumulates at a size; then parameters and cost, honestly and as papers count them.',
    )
    .argument('<model>', 'registry key, such as gmsr-net')
    .option('--size <HxW>', 'height and width of the input', '482x512')
    .addHelpText('after', '\nExample:\n  prismamba summary gmsr-net --size 482x512')
    .action(async (name: string, { size }: { readonly size: string }) => {
      const { height, width } = parseSize(size);
      const definition = modelArgument(name);
      await startBackend('cpu');
      const config = definition.config.parse({});
      const model = definition.build(config, { seed: 0 });
      const report = complexity(model, definition.stateDict(config), { height, width });
      const right = (content: string) => ({ content, hAlign: 'right' as const });
      const table = new Table({
        head: ['layer', 'kind', 'output [B, H, W, C]', 'weights', 'MACs'],
        style: { head: [], border: [], compact: true },
      });
      for (const layer of report.layers) {
        const macs = layer.costs.reduce((sum, cost) => sum + cost.macs, 0);
        table.push([
          layer.name,
          layer.type,
          `[${layer.output.join(', ')}]`,
          right(layer.parameters.toLocaleString('en-US')),
          right(formatMacs(macs)),
        ]);
      }
      const kinds = Object.entries(report.macs).filter(([, macs]) => macs > 0);
      process.stdout.write(
        `${definition.title} (${definition.key})\n${definition.paper.authors}: ${definition.paper.title}. ${definition.paper.venue}\n` +
          `${table.toString()}\n${report.parameters.toLocaleString('en-US')} parameters` +
          `${report.unusedParameters > 0 ? `, of which ${report.unusedParameters.toLocaleString('en-US')} are in the official state but never used` : ''}\n` +
          `${formatMacs(report.totalMacs)} MACs: ${kinds.map(([kind, macs]) => `${kind} ${formatMacs(macs)}`).join(', ')}\n` +
          `published convention (module hooks; no scan, no einsum): ${report.published.parameters.toLocaleString('en-US')} parameters, ` +
          `${formatMacs(report.published.macs)} MACs${report.published.note === '' ? '' : ` (${report.published.note})`}\n` +
          `input [1, ${height}, ${width}, 3], output [1, ${height}, ${width}, 31]\n`,
      );
      disposeModel(model);
    });
}
