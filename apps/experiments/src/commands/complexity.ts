import Table from 'cli-table3';
import { Command } from 'commander';
import { complexityTable } from '../reproduce/complexity-table.js';
import { publishedComplexity } from '../reproduce/published-complexity.js';
import { writeComplexity } from '../reproduce/write-complexity.js';
import { countProgress } from '../run/progress.js';
import { startBackend } from '../start-backend.js';

/** Counts the cost tables of the papers, writes them to `out` and prints them. */
export async function reproduceComplexity(out: string): Promise<void> {
  await startBackend('cpu');
  const progress = countProgress('counting', publishedComplexity.length);
  const rows = complexityTable(() => progress.next());
  progress.stop();
  const table = new Table({
    head: ['row', 'params (M), paper', 'ours', 'FLOPs (G), paper', 'ours', 'honest params', 'honest GMACs'],
    style: { head: [], border: [], compact: true },
  });
  const remarks: string[] = [];
  for (const { published, report, parameters, flops } of rows) {
    table.push([
      `${published.table}: ${published.row}`,
      parameters.paper,
      `${parameters.ours}${parameters.same ? '' : ' !'}`,
      flops.paper,
      `${flops.ours}${flops.same ? '' : ' !'}`,
      report.parameters.toLocaleString('en-US'),
      (report.totalMacs / 1e9).toFixed(3),
    ]);
    if (!parameters.same || !flops.same) {
      remarks.push(`! ${published.table}: ${published.row}: ${published.note ?? 'not explained'}`);
    }
  }
  const files = await writeComplexity(rows, out);
  process.stdout.write(`${table.toString()}\n${remarks.join('\n')}\nwritten: ${files.join(', ')}\n`);
}

/** `prismamba reproduce complexity`. */
export function complexityCommand(): Command {
  return new Command('complexity')
    .summary('the Params and FLOPs columns of the papers')
    .description(
      "Counts parameters and operations of every network in the papers' cost tables: in the papers' own convention " +
        'and honestly. Says where the printed number comes out to the last digit, and why not where it does not.',
    )
    .option(
      '--out <folder>',
      'where the table goes, as Markdown, CSV, JSON and a chart',
      'results/complexity',
    )
    .addHelpText('after', '\nExample:\n  prismamba reproduce complexity --out results/complexity')
    .action(({ out }: { readonly out: string }) => reproduceComplexity(out));
}
