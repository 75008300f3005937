import { program } from './program.js';
import { reportFailure } from './report-failure.js';

/** Runs one command line; what it would end the process with is in `process.exitCode`. */
export async function main(args: readonly string[]): Promise<void> {
  try {
    await program().parseAsync(args, { from: 'user' });
  } catch (error) {
    process.exitCode = reportFailure(error, {
      write: (text) => process.stderr.write(text),
      debug: process.env['PRISMAMBA_DEBUG'] !== undefined,
    });
  }
}
