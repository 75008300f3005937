// Runs every fence marked ```ts runnable of the READMEs against the built packages, as a user would run it.
// A fence ```text output right after it must equal what the example printed.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { transformSync } from 'esbuild';
import { root, workspacePackages } from './workspace.mjs';

function examplesOf(markdown) {
  const pattern = /```ts runnable\n([\s\S]*?)\n```(?:\s*\n```text output\n([\s\S]*?)\n```)?/g;
  return [...markdown.matchAll(pattern)].map(([, code, output]) => ({ code, output }));
}

let failed = 0;
let count = 0;
const places = [{ directory: root, published: false }, ...workspacePackages()];
for (const { directory, published, manifest } of places) {
  const readme = join(directory, 'README.md');
  const examples = examplesOf(readFileSync(readme, 'utf8'));
  if (published && examples.length === 0 && manifest.prismamba.layer !== 'app') {
    failed++;
    process.stdout.write(`FAILED ${relative(root, readme)}: no runnable example\n`);
  }
  examples.forEach(({ code, output }, index) => {
    count++;
    const file = join(directory, `.readme-example-${index + 1}.mjs`);
    const { code: javascript } = transformSync(code, { loader: 'ts', format: 'esm', target: 'node20' });
    writeFileSync(file, javascript);
    try {
      const run = spawnSync(process.execPath, [file], { cwd: directory, encoding: 'utf8', timeout: 120_000 });
      const label = `${relative(root, readme)} example ${index + 1}`;
      const wrongOutput = output !== undefined && run.stdout.trim() !== output.trim();
      if (run.status !== 0 || wrongOutput) {
        failed++;
        process.stdout.write(`FAILED ${label}\n${run.stderr}${run.stdout}\n`);
        if (wrongOutput) process.stdout.write(`wanted:\n${output}\n`);
      } else process.stdout.write(`ok     ${label}\n`);
    } finally {
      rmSync(file, { force: true });
    }
  });
}
process.stdout.write(`${count} examples, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
