import { Command } from 'commander';
import { readRun } from '../report/read-run.js';
import { writeReport } from '../report/write-report.js';
import { scoreTable } from '../run/score-table.js';

/** `prismamba report`. */
export function reportCommand(): Command {
  return new Command('report')
    .summary('write report.html of a finished run again')
    .description(
      'Reads scores, log and figures of a run folder and writes its report.html again; nothing is computed anew.',
    )
    .argument('<run>', 'run folder that `prismamba train` wrote')
    .addHelpText('after', '\nExample:\n  prismamba report runs/quickstart/2026-01-31T12-00-00')
    .action(async (folder: string) => {
      const path = await writeReport(folder);
      process.stdout.write(`${scoreTable(readRun(folder).models)}\nreport: ${path}\n`);
    });
}
