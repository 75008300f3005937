// `npm run examples` in a published package: runs every fence marked ```ts runnable of its README against the built
// packages, as a user would run it. A fence ```text output right after it must equal what the example printed.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { transformSync } from 'esbuild';
import { root } from './workspace.mjs';

const directory = process.cwd();
const readme = join(directory, 'README.md');
const pattern = /```ts runnable\n([\s\S]*?)\n```(?:\s*\n```text output\n([\s\S]*?)\n```)?/g;
const examples = [...readFileSync(readme, 'utf8').matchAll(pattern)];
let failed = 0;
if (examples.length === 0) {
  failed++;
  process.stdout.write(`FAILED ${relative(root, readme)}: no runnable example\n`);
}
for (const [index, [, code, output]] of examples.entries()) {
  const file = join(directory, `.readme-example-${index + 1}.mjs`);
  writeFileSync(file, transformSync(code, { loader: 'ts', format: 'esm', target: 'node20' }).code);
  try {
    const run = spawnSync(process.execPath, [file], { cwd: directory, encoding: 'utf8', timeout: 300_000 });
    const label = `${relative(root, readme)} example ${index + 1}`;
    const wrongOutput = output !== undefined && run.stdout.trim() !== output.trim();
    if (run.status === 0 && !wrongOutput) {
      process.stdout.write(`ok     ${label}\n`);
      continue;
    }
    failed++;
    process.stdout.write(
      `FAILED ${label}${run.signal ? ` (${run.signal})` : ''}\n${run.stderr}${run.stdout}\n`,
    );
    if (wrongOutput) process.stdout.write(`wanted:\n${output}\n`);
  } finally {
    rmSync(file, { force: true });
  }
}
process.exit(failed === 0 ? 0 : 1);
