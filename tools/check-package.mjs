// `npm run check-package` in a published package: what npm would publish, checked as its users will meet it. publint
// (exports map, files), are-the-types-wrong (types for ESM, CJS and bundlers), no tests and no test helpers in the
// tarball, dependencies that are what is imported, two builds that live in one process, and the public surface against the
// kept report (api-report.mjs).
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { apiProblems } from './api-report.mjs';
import { bothBuildsProblems, dependencyProblems, publishedTexts } from './package-imports.mjs';
import { sizeProblems, unwantedFiles } from './tarball.mjs';
import { noticesProblems } from './third-party-notices.mjs';
import { root } from './workspace.mjs';

const directory = process.cwd();
const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
const problems = ['README.md', 'LICENSE']
  .filter((file) => !existsSync(join(directory, file)))
  .map((file) => `no ${file}`);

const scratch = mkdtempSync(join(tmpdir(), 'prismamba-pack-'));
try {
  const pack = spawnSync('npm', ['pack', '--json', '--pack-destination', scratch], {
    cwd: directory,
    encoding: 'utf8',
  });
  if (pack.status !== 0) problems.push(`npm pack: ${pack.stderr}`);
  else {
    const [{ filename, files, size }] = JSON.parse(pack.stdout);
    problems.push(...(await publintProblems(join(scratch, filename))));
    problems.push(...sizeProblems(manifest.name, size));
    problems.push(...unwantedFiles(files.map(({ path }) => path)));
    if (manifest.exports?.['.'] !== undefined) problems.push(...typeProblems(join(scratch, filename)));
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
const folders = ['dist', 'bin'].filter((folder) => existsSync(join(directory, folder)));
problems.push(...dependencyProblems(manifest, publishedTexts(directory, folders)));
problems.push(...bothBuildsProblems(directory, manifest));
problems.push(...noticesProblems(directory, manifest), ...metadataProblems(manifest));
problems.push(...(await apiProblems(directory)));

process.stdout.write(`${problems.length === 0 ? 'ok    ' : 'FAILED'} ${manifest.name}\n`);
for (const problem of problems) process.stdout.write(`       ${problem}\n`);
process.exit(problems.length === 0 ? 0 : 1);

/** What npm and its users look for in a manifest. */
function metadataProblems({
  keywords,
  homepage,
  bugs,
  repository,
  license,
  engines,
  publishConfig,
  sideEffects,
  files,
}) {
  const wanted = {
    homepage,
    bugs,
    repository: repository?.url,
    'repository.directory': repository?.directory,
    license,
  };
  return [
    ...Object.entries({ ...wanted, 'engines.node': engines?.node }).flatMap(([key, value]) =>
      typeof value === 'string' && value !== '' ? [] : [`package.json lacks ${key}`],
    ),
    ...(keywords?.length >= 3 ? [] : ['package.json has fewer than 3 keywords']),
    ...(publishConfig?.access === 'public' ? [] : ['publishConfig.access is not public']),
    // By hand there is no identity that a provenance could name: the workflow sets it.
    ...(publishConfig?.provenance === undefined ? [] : ['publishConfig.provenance belongs in the workflow']),
    ...(sideEffects === undefined ? ['package.json lacks sideEffects'] : []),
    ...(files.includes('CHANGELOG.md') ? [] : ['"files" lacks CHANGELOG.md']),
  ];
}

/** publint on what is packed already: it would pack it again. */
async function publintProblems(tarball) {
  const bytes = readFileSync(tarball);
  const packed = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  const { messages } = await publint({ pack: { tarball: packed }, strict: true });
  return messages.map((message) => formatMessage(message, manifest) ?? message.code);
}

function typeProblems(tarball) {
  const program = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js');
  const options = '--profile node16 --format ascii --no-color --ignore-rules cjs-resolves-to-esm'.split(' ');
  const attw = spawnSync(process.execPath, [program, tarball, ...options], { encoding: 'utf8' });
  return attw.status === 0 ? [] : [`are the types wrong?\n${attw.stdout}${attw.stderr}`];
}
