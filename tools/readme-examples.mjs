// The examples of a README: every fence marked ```ts runnable, with the fence ```text output right after it where there is
// one, which must equal what the example prints.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from 'esbuild';

const pattern = /```ts runnable\n([\s\S]*?)\n```(?:\s*\n```text output\n([\s\S]*?)\n```)?/g;

/** Code and wanted output of every example of a page. */
export function readmeExamples(page) {
  return [...readFileSync(page, 'utf8').matchAll(pattern)].map(([, code, output]) => ({ code, output }));
}

/** Runs an example in a folder whose node_modules it uses; returns what was wrong, or undefined. */
export function runExample({ code, output }, directory, label) {
  const file = join(directory, `.readme-example-${label}.mjs`);
  writeFileSync(file, transformSync(code, { loader: 'ts', format: 'esm', target: 'node20' }).code);
  try {
    const run = spawnSync(process.execPath, [file], { cwd: directory, encoding: 'utf8', timeout: 300_000 });
    if (run.status !== 0) return `${run.signal ?? ''}${run.stderr}${run.stdout}`;
    if (output !== undefined && run.stdout.trim() !== output.trim())
      return `printed:\n${run.stdout}\nwanted:\n${output}`;
    return undefined;
  } finally {
    rmSync(file, { force: true });
  }
}
