import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { checkParity, formatParityReport, PARITY_FILES, type ParityFiles } from '@prismamba/parity';
import { Command } from 'commander';
import { modelSettings } from '../config/model-settings.js';
import { backendOf, backendOption, jsonOption, settingsOption, writeJson } from './options.js';
import { modelArgument } from './model-argument.js';
import { UserError } from '../user-error.js';
import { startBackend } from '../start-backend.js';

interface ParityOptions {
  readonly backend?: string;
  readonly set: readonly string[];
  readonly json?: boolean;
}

/** The golden files of a folder. */
export function readParityFolder(folder: string): ParityFiles {
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new UserError(`parity: there is no folder '${folder}'`);
  const files: ParityFiles = {};
  for (const name of PARITY_FILES) {
    const path = join(folder, name);
    if (existsSync(path)) files[name] = readFileSync(path);
  }
  if (files['io.npz'] === undefined)
    throw new UserError(
      `parity: '${folder}' has no io.npz; wanted a folder in the format of golden/README.md`,
    );
  return files;
}

/** `prismamba parity`. */
export function parityCommand(): Command {
  return new Command('parity')
    .summary("compare a model with its reference implementation's numbers")
    .description(
      'Loads the reference weights of a golden folder and compares outputs, input and parameter gradients, values ' +
        'inside the network and training steps with the reference. Prints the worst error of each kind and exits ' +
        'with 1 when one is beyond its limit.',
    )
    .argument('<model>', 'registry key, such as gmsr-net')
    .argument('<folder>', 'folder with io.npz, grads.npz, weights.pth, ... (format: golden/README.md)')
    .addOption(backendOption())
    .addOption(settingsOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  prismamba parity gmsr-net packages/testing/golden/gmsr-net
  prismamba parity gmsr-net packages/testing/golden/gmsr-net --backend cpu`,
    )
    .action(async (name: string, folder: string, options: ParityOptions) => {
      const { set, json } = options;
      const backend = backendOf(options);
      const definition = modelArgument(name);
      const files = readParityFolder(folder);
      await startBackend(backend);
      const report = await checkParity(definition, files, {
        config: modelSettings(definition, {}, set),
        onProgress: (stage) => process.stderr.write(`comparing ${stage} ...\n`),
      });
      if (json === true) writeJson(report);
      else process.stdout.write(`${formatParityReport(report)}\n`);
      if (!report.passed) process.exitCode = 1;
    });
}
