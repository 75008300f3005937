import { doctor } from '@prismamba/backend';
import Table from 'cli-table3';
import { Command } from 'commander';

/** `prismamba doctor`. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .summary('what this machine has, which backend is chosen and why')
    .description(
      'Looks for every TensorFlow.js backend that could run here, and says which one would be chosen and why.',
    )
    .addHelpText('after', '\nExample:\n  prismamba doctor')
    .action(async () => {
      const report = await doctor();
      const machine = new Table({ style: { head: [], border: [], compact: true } });
      for (const [key, value] of Object.entries(report.machine)) machine.push([key, JSON.stringify(value)]);
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
