import { existsSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { writeFileAtomic } from '@prismamba/formats/node';
import { Command } from 'commander';
import { commentedExperiment, schemaText } from '../config/commented-experiment.js';
import { checkWritable } from '../run/check-output.js';
import { UserError, usageError } from '../user-error.js';

const SCHEMA = 'experiment.schema.json';

/** `prismamba init`. */
export function initCommand(): Command {
  return new Command('init')
    .summary('write an experiment to start from, with its schema for editors')
    .description(
      'Writes an experiment file with what every key means above it, and the JSON schema by which editors complete and ' +
        'check it. A file that is there already is left as it is, and the command fails.',
    )
    .argument('[file]', 'experiment to write', 'experiment.yaml')
    .option('--from <experiment>', 'shipped experiment to start from, or the path of one', 'quickstart')
    .addHelpText(
      'after',
      `
Examples:
  prismamba init                                      experiment.yaml, from the quickstart
  prismamba init my.yaml --from cave/gmsr-net`,
    )
    .action((file: string, { from }: { readonly from: string }) => {
      if (!['.yaml', '.yml'].includes(extname(file)))
        throw usageError(`init ${file}: an experiment is a .yaml file; write ${file}.yaml`);
      if (existsSync(file))
        throw new UserError(`init ${file}: is there already; name another file, or move it away`);
      checkWritable('init', file);
      const name = basename(file, extname(file));
      const text = commentedExperiment(from, { name, file, schema: SCHEMA });
      // The schema is the program's, not the user's: that of this version replaces an older one.
      writeFileAtomic(join(dirname(file), SCHEMA), schemaText());
      writeFileAtomic(file, text);
      process.stdout.write(
        `written: ${file} and ${join(dirname(file), SCHEMA)}\nnext: prismamba train ${file}\n`,
      );
    });
}
