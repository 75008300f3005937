import { extname } from 'node:path';
import { writeFileAtomic } from '@prismamba/formats/node';
import { disposeModel, exportOnnx, saveWeights } from '@prismamba/models';
import { layersModelFile } from '@prismamba/models/node';
import { Command, Option } from 'commander';
import { checkOnnxFile, requireOnnxRuntime } from '../export/check-onnx.js';
import { openTrainedModel, type TrainedModel } from '../reconstruct/open-trained-model.js';
import { usageError } from '../user-error.js';
import { backendOf, backendOption, settingsOption } from './options.js';
import { startBackend } from '../start-backend.js';

interface ExportOptions {
  readonly weights: string;
  readonly out: string;
  readonly format?: ExportFormat;
  readonly names: 'official' | 'ours';
  readonly set: readonly string[];
  readonly opset?: string;
  readonly check: boolean;
  readonly backend?: string;
}

type ExportFormat = keyof typeof writers;

/** Writes a trained model and gives the names of the files. */
type Writer = (trained: TrainedModel, options: ExportOptions) => Promise<readonly string[]>;

const writers = {
  onnx: async ({ model, definition, config }, { out, opset }) => {
    writeFileAtomic(out, await exportOnnx(model, definition, config, { opset: opset === '27' ? 27 : 17 }));
    return [out];
  },
  safetensors: async ({ model, definition, config, notes }, { out, names }) => {
    writeFileAtomic(out, await saveWeights(model, definition, config, names, notes));
    return [out];
  },
  tfjs: async ({ model, definition, config, notes }, { out }) => {
    model.setUserDefinedMetadata({
      ...notes,
      'prismamba.model': definition.key,
      'prismamba.config': JSON.stringify(config),
    });
    await model.save(layersModelFile(out));
    return [out, out.replace(/\.json$/i, '.weights.bin')];
  },
} as const satisfies Record<string, Writer>;

const byExtension: Readonly<Record<string, ExportFormat>> = {
  '.onnx': 'onnx',
  '.safetensors': 'safetensors',
  '.json': 'tfjs',
};

function formatOf({ format, out }: ExportOptions): ExportFormat {
  const chosen = format ?? byExtension[extname(out).toLowerCase()];
  if (chosen === undefined) {
    throw usageError(
      `--out ${out}: its ending tells no format; add --format ${Object.keys(writers).join(' | ')}`,
    );
  }
  if (chosen === 'tfjs' && extname(out).toLowerCase() !== '.json')
    throw usageError(`--out ${out}: tfjs writes a file that ends in .json and its weights beside it`);
  return chosen;
}

/** `prismamba export`. */
export function exportCommand(): Command {
  return new Command('export')
    .summary('a trained model as ONNX, safetensors or TensorFlow.js files')
    .description(
      'Writes a model with its weights for use elsewhere. onnx: operator set 17 (or 27), input rgb [batch, 3, height, width], ' +
        'output cube [batch, 31, height, width], sizes free; selective scans as the operator ' +
        'Scan. safetensors: the weights under their official PyTorch names (or ours) with the settings. tfjs: ' +
        'model.json and a weights file for tf.loadLayersModel, with @prismamba/models imported.',
    )
    .argument('<model>', 'registry key, such as mst-plus-plus')
    .requiredOption('--weights <path>', 'an official .pth, one of our .safetensors files, or a run folder')
    .requiredOption('--out <file>', 'the file to write; it appears whole or not at all')
    .addOption(
      new Option('--format <name>', "what to write (default: by the file's ending)").choices(
        Object.keys(writers),
      ),
    )
    .addOption(
      new Option('--names <kind>', 'names of the weights in safetensors')
        .choices(['official', 'ours'])
        .default('official'),
    )
    .addOption(settingsOption())
    .addOption(
      new Option(
        '--opset <number>',
        'operator set of ONNX: 17, which runs everywhere, or 27, where selective scans are LinearAttention',
      ).choices(['17', '27']),
    )
    .option(
      '--check',
      'run the written ONNX file in onnxruntime-node (optional package) beside the model, and print the largest error and the times',
      false,
    )
    .addOption(backendOption())
    .addHelpText(
      'after',
      `
Examples:
  prismamba export mst-plus-plus --weights mst_plus_plus.pth --out mst-plus-plus.onnx
  prismamba export gmsr-net --weights runs/quickstart/2026-01-31T12-00-00 --out gmsr-net.onnx --check
  prismamba export repcpsi --weights repcpsi.pth --set deploy=true --out repcpsi.onnx
  prismamba export gmsr-net --weights runs/quickstart/2026-01-31T12-00-00 --out gmsr-net.safetensors
  prismamba export agd-net --weights agd.pth --format tfjs --out web/model.json`,
    )
    .action(async (name: string, options: ExportOptions) => {
      const format = formatOf(options);
      if (options.opset !== undefined && format !== 'onnx')
        throw usageError(
          `--opset ${options.opset}: is for ONNX files, and ${options.out} is ${format}; leave it out`,
        );
      if (options.check) {
        // onnxruntime 1.30 reads operator set 27 only where it is told that it may.
        if (options.opset === '27') process.env['ALLOW_RELEASED_ONNX_OPSET_ONLY'] ??= '0';
        if (format !== 'onnx')
          throw usageError(`--check: is for ONNX files, and ${options.out} is ${format}; leave it out`);
        await requireOnnxRuntime();
      }
      if (options.backend !== undefined && !options.check)
        throw usageError(`--backend ${options.backend}: only --check computes something; add it`);
      // Weights alone need no fast backend.
      await startBackend(options.check ? backendOf(options) : 'cpu');
      const trained = openTrainedModel({ weights: options.weights, model: name, set: options.set });
      const files = await writers[format](trained, options);
      process.stdout.write(
        `${trained.definition.title} with the weights of ${trained.path}, ${format}: ${files.join(', ')}\n`,
      );
      if (options.check) process.stdout.write(await checkOnnxFile(files[0]!, trained));
      disposeModel(trained.model);
    });
}
