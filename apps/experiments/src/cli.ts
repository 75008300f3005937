#!/usr/bin/env node
import { main } from './main.js';

// A reader that has seen enough (`| head -5`) is no mistake: what it does not read is dropped, the work goes on.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

await main(process.argv.slice(2));
