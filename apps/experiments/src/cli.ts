#!/usr/bin/env node
import { program } from './program.js';
import { reportFailure } from './report-failure.js';

try {
  await program().parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error, {
    write: (text) => process.stderr.write(text),
    debug: process.env['PRISMAMBA_DEBUG'] !== undefined,
  });
}
