import { doctor } from '@prismamba/backend';
import Table from 'cli-table3';
import { Command } from 'commander';
import { jsonOption, writeJson } from './options.js';

/** Sizes are the only numbers of a machine that are this large. */
const SMALLEST_SIZE = 2 ** 20;

function shown(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number' && value >= SMALLEST_SIZE) return `${(value / 2 ** 30).toFixed(1)} GiB`;
  return value === undefined ? 'unknown' : String(value);
}

/** `prismamba doctor`. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .summary('what this machine has, which backend is chosen and why')
    .description(
      'Looks for every TensorFlow.js backend that could run here, and says which one would be chosen and why.',
    )
    .addOption(jsonOption())
    .addHelpText('after', '\nExamples:\n  prismamba doctor\n  prismamba doctor --json')
    .action(async ({ json }: { readonly json?: boolean }) => {
      const report = await doctor();
      if (json === true) return void writeJson(report);
      const machine = new Table({ style: { head: [], border: [], compact: true } });
      for (const [key, value] of Object.entries(report.machine)) machine.push([key, shown(value)]);
      const backends = new Table({
        head: ['backend', 'usable', 'why'],
        style: { head: [], border: [] },
        wordWrap: true,
        colWidths: [14, 8, 80],
      });
      for (const { name, usable, detail } of report.candidates)
        backends.push([name, usable ? 'yes' : 'no', detail]);
      process.stdout.write(
        `${machine.toString()}\n${backends.toString()}\nchosen: ${report.choice}, because ${report.reason}\n`,
      );
    });
}
