#!/usr/bin/env node
// Starts the bundled command line. This file is committed so that npm can link the command before anything is built.
import { existsSync } from 'node:fs';

const program = new URL('../dist/cli.js', import.meta.url);
if (!existsSync(program)) {
  process.stderr.write(
    'prismamba: the command line is not built yet; run: npx nx run @prismamba/experiments:bundle (npm start does it too)\n',
  );
  process.exit(1);
}
await import(program);
