#!/usr/bin/env node
import { program } from './program.js';
import { reportFailure } from './report-failure.js';

// A reader that has seen enough (`| head -5`) is no mistake: what it does not read is dropped, the work goes on.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

try {
  await program().parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error, {
    write: (text) => process.stderr.write(text),
    debug: process.env['PRISMAMBA_DEBUG'] !== undefined,
  });
}
