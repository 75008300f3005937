// What npm would publish, checked as its users will meet it: publint (exports map, files) and
// are-the-types-wrong (types for ESM, CJS and bundlers) on the packed tarball of every published package.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { root, workspacePackages } from './workspace.mjs';

let failed = 0;
const scratch = mkdtempSync(join(tmpdir(), 'prismamba-pack-'));
try {
  for (const { directory, manifest, published } of workspacePackages()) {
    if (!published) continue;
    const problems = [];
    for (const file of ['README.md', 'LICENSE']) {
      if (!existsSync(join(directory, file))) problems.push(`no ${file}`);
    }
    const { messages } = await publint({ pkgDir: directory, strict: true });
    problems.push(...messages.map((m) => formatMessage(m, manifest) ?? m.code));
    const pack = spawnSync('npm', ['pack', '--silent', '--pack-destination', scratch], {
      cwd: directory,
      encoding: 'utf8',
    });
    const tarball = pack.stdout.trim().split('\n').at(-1);
    if (pack.status !== 0) problems.push(`npm pack: ${pack.stderr}`);
    else if (manifest.exports?.['.'] !== undefined) {
      const attw = spawnSync(
        process.execPath,
        [
          join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js'),
          join(scratch, tarball),
          '--profile',
          'node16',
          '--format',
          'ascii',
          '--no-color',
          '--ignore-rules',
          'cjs-resolves-to-esm',
        ],
        { encoding: 'utf8' },
      );
      if (attw.status !== 0) problems.push(`are the types wrong?\n${attw.stdout}${attw.stderr}`);
    }
    process.stdout.write(`${problems.length === 0 ? 'ok    ' : 'FAILED'} ${manifest.name}\n`);
    for (const problem of problems) process.stdout.write(`       ${problem}\n`);
    if (problems.length > 0) failed++;
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
process.exit(failed === 0 ? 0 : 1);
