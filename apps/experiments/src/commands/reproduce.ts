import { startBackend } from '@prismamba/backend';
import { writeFileAtomic } from '@prismamba/formats/node';
import Table from 'cli-table3';
import { Command } from 'commander';
import { publishedCosts } from '../reproduce/published-costs.js';
import { asPrinted, complexityPage, reproduceComplexity } from '../reproduce/reproduce-complexity.js';
import { countProgress } from '../run/progress.js';

function complexityCommand(): Command {
  return new Command('complexity')
    .summary('the Params and FLOPs columns of the papers')
    .description(
      "Counts parameters and operations of every network in the papers' cost tables: honestly, and as the papers' " +
        'profiler counted. Says where the printed number comes out to the last digit, and why not where it does not.',
    )
    .option('--out <file>', 'also write the table as a Markdown page')
    .addHelpText('after', '\nExample:\n  prismamba reproduce complexity --out docs/complexity.md')
    .action(async ({ out }: { readonly out?: string }) => {
      await startBackend('cpu');
      const progress = countProgress('counting', publishedCosts.length);
      const rows = reproduceComplexity(() => progress.next());
      progress.stop();
      const table = new Table({
        head: [
          'table',
          'row',
          'params (M) printed',
          'ours',
          'FLOPs (G) printed',
          'ours',
          'honest params',
          'honest GMACs',
        ],
        style: { head: [], border: [], compact: true },
      });
      for (const { published: p, ...ours } of rows) {
        const shown = p.parameterCount === 'honest' ? ours.parameters : ours.profilerParameters;
        table.push([
          p.source.replace(/ \(.*\)/, ''),
          p.row,
          p.parameters,
          `${asPrinted(shown, 1e6, p.parameters)}${ours.sameParameters ? '' : ' !'}`,
          p.flops,
          `${asPrinted(ours.convention, 1e9, p.flops)}${ours.sameFlops ? '' : ' !'}`,
          ours.parameters.toLocaleString('en-US'),
          (ours.macs / 1e9).toFixed(3),
        ]);
      }
      const remarks = rows
        .filter(({ sameParameters, sameFlops }) => !sameParameters || !sameFlops)
        .map(({ published: p }) => `! ${p.source}, ${p.row}: ${p.remark ?? 'not explained'}`);
      process.stdout.write(`${table.toString()}\n${remarks.join('\n')}\n`);
      if (out !== undefined) {
        writeFileAtomic(out, new TextEncoder().encode(complexityPage(rows)));
        process.stdout.write(`written: ${out}\n`);
      }
    });
}

/** `prismamba reproduce`. */
export function reproduceCommand(): Command {
  return new Command('reproduce')
    .summary("compute the papers' tables anew")
    .description('Computes tables of the papers anew and sets them beside the printed numbers.')
    .addHelpText('after', '\nExample:\n  prismamba reproduce complexity')
    .addCommand(complexityCommand());
}
