#!/usr/bin/env node
// Starts the bundled command line. This file is committed so that npm can link the command before anything is built; in a
// checkout the first command builds it.
import { existsSync } from 'node:fs';

const program = new URL('../dist/cli.js', import.meta.url);
const tools = new URL('../../../tools/command-line.mjs', import.meta.url);
if (!existsSync(program) && existsSync(tools)) {
  process.stderr.write('prismamba: building the command line, once (about half a minute) ...\n');
  const { buildCommandLine } = await import(tools);
  buildCommandLine();
}
await import(program);
