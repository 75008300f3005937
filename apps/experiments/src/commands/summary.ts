import { startBackend } from '@prismamba/backend';
import { countParameters, disposeModel } from '@prismamba/models';
import Table from 'cli-table3';
import { Command } from 'commander';
import { formatShapes, layerShapes } from './layer-shapes.js';
import { modelArgument } from './model-argument.js';
import { UserError } from '../user-error.js';

function parseSize(text: string): { height: number; width: number } {
  const match = /^(\d+)x(\d+)$/.exec(text);
  if (match === null) throw new UserError(`--size ${text}: wanted HEIGHTxWIDTH, such as 482x512`);
  return { height: Number(match[1]), width: Number(match[2]) };
}

/** `prismamba summary`. */
export function summaryCommand(): Command {
  return new Command('summary')
    .summary('layers, shapes and parameters of a model')
    .description(
      'Lists the layers of a model with their output shapes and trainable weights, and its parameter count.',
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
      const shapes = layerShapes(model, [1, height, width, 3]);
      const table = new Table({
        head: ['layer', 'kind', 'output [B, H, W, C]', 'weights'],
        style: { head: [], border: [], compact: true },
      });
      for (const layer of model.layers) {
        table.push([
          layer.name,
          layer.getClassName(),
          formatShapes(shapes.get(layer.name) ?? []),
          { content: layer.countParams().toLocaleString('en-US'), hAlign: 'right' as const },
        ]);
      }
      const total = countParameters(definition.stateDict(config));
      const dead = definition
        .stateDict(config)
        .filter(({ kind }) => kind === 'dead')
        .reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
      process.stdout.write(
        `${definition.title} (${definition.key})\n${definition.paper.authors}: ${definition.paper.title}. ${definition.paper.venue}\n` +
          `${table.toString()}\n${total.toLocaleString('en-US')} parameters` +
          `${dead > 0 ? `, of which ${dead.toLocaleString('en-US')} are in the official state but never used` : ''}\n` +
          `input [1, ${height}, ${width}, 3], output [1, ${height}, ${width}, 31]\n`,
      );
      disposeModel(model);
    });
}
