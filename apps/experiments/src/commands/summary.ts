import { complexity, disposeModel, type ModelDefinition } from '@prismamba/models';
import Table from 'cli-table3';
import { Command } from 'commander';
import { modelSettings } from '../config/model-settings.js';
import { jsonOption, settingsOption, writeJson } from './options.js';
import { modelArgument } from './model-argument.js';
import { usageError } from '../user-error.js';
import { startBackend } from '../start-backend.js';

interface SummaryOptions {
  readonly size: string;
  readonly set: readonly string[];
  readonly json?: boolean;
}

interface CountedSize {
  readonly height: number;
  readonly width: number;
  /** Where it is not the size asked for: why. */
  readonly remark: string;
}

/** A network without padding takes multiples only: the next smaller size, as published cost tables do it. */
function countedSize(text: string, { key, traits = {} }: ModelDefinition): CountedSize {
  const match = /^(\d+)x(\d+)$/.exec(text);
  if (match === null) throw usageError(`--size ${text}: wanted HEIGHTxWIDTH, such as 482x512`);
  const [height, width] = [Number(match[1]), Number(match[2])];
  const { minimumSize = 1, sizeMultiple: multiple = 1 } = traits;
  if (Math.min(height, width) < minimumSize) {
    throw usageError(`--size ${text}: ${key} takes sides of at least ${minimumSize}`);
  }
  const cut = (side: number) => side - (side % multiple);
  const size = { height: cut(height), width: cut(width) };
  const same = size.height === height && size.width === width;
  return {
    ...size,
    remark: same
      ? ''
      : `\n${height} x ${width} is not possible: sides must be multiples of ${multiple}; counted at ${size.height} x ${size.width}`,
  };
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
    .addOption(settingsOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  prismamba summary gmsr-net --size 482x512
  prismamba summary m3sr --set variant=V2 --json`,
    )
    .action(async (name: string, { size, set, json }: SummaryOptions) => {
      const definition = modelArgument(name);
      const { height, width, remark } = countedSize(size, definition);
      await startBackend('cpu');
      const config = modelSettings(definition, {}, set);
      const model = definition.build(config, { seed: 0 });
      const report = complexity(model, definition.stateDict(config), { height, width });
      disposeModel(model);
      if (json === true) {
        const { key, title, paper } = definition;
        writeJson({
          model: key,
          title,
          paper,
          config,
          size: { height, width },
          remark: remark.trim(),
          ...report,
        });
        return;
      }
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
          `${formatMacs(report.published.macs)} MACs, 2 x MACs ${formatMacs(2 * report.published.macs)}${report.published.note === '' ? '' : ` (${report.published.note})`}\n` +
          `input [1, ${height}, ${width}, 3], output [1, ${height}, ${width}, 31]${remark}\n`,
      );
    });
}
