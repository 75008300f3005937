import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { readRun } from '../report/read-run.js';
import { writeReport } from '../report/write-report.js';
import { scoreTable } from '../run/score-table.js';
import { readTable, writeTablePage } from '../tables/write-table-page.js';
import { writeTable } from '../tables/write-table.js';

async function reportTable(folder: string): Promise<void> {
  const result = readTable(folder);
  const files = [...writeTable(result, folder), await writeTablePage(result, folder)];
  process.stdout.write(`${result.title}, profile ${result.profile}\nwritten: ${files.join(', ')}\n`);
}

/** `prismamba report`. */
export function reportCommand(): Command {
  return new Command('report')
    .summary('write the pages of a finished run or of a table again')
    .description(
      'Reads scores, log and figures of a run folder and writes its report.html again, or table.json of a table and writes ' +
        'its table.html, Markdown, LaTeX and figures again. Nothing is computed anew; a table does not need its runs.',
    )
    .argument('<folder>', 'run folder of `prismamba train`, or table folder of `prismamba reproduce`')
    .addHelpText(
      'after',
      `
Examples:
  prismamba report runs/quickstart/2026-01-31T12-00-00
  prismamba report results/gmsr-net-3/mini`,
    )
    .action(async (folder: string) => {
      if (existsSync(join(folder, 'table.json'))) return reportTable(folder);
      const path = await writeReport(folder);
      process.stdout.write(`${scoreTable(readRun(folder).models)}\nreport: ${path}\n`);
    });
}
