// What npm would publish, checked as its users will meet it: `npm run check-package` in a published package, or of the packages
// named, or of all (`--all`), in one process. publint (exports map, files), are-the-types-wrong (types for ESM, CJS and bundlers), no
// tests and no test helpers in the tarball, dependencies that are what is imported, two builds that live in one process, and the
// public surface against the kept report (api-report.mjs).
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { apiProblems } from './api-report.mjs';
import { bothBuildsProblems, dependencyProblems, publishedTexts } from './package-imports.mjs';
import { sizeProblems, unwantedFiles } from './tarball.mjs';
import { noticesProblems } from './third-party-notices.mjs';
import { nxCommand, root, workspacePackages } from './workspace.mjs';

const named = process.argv.slice(2);
const all = named.includes('--all');
if (all) build();
const published = workspacePackages().filter((one) => one.published);
const folders = named.length === 0 ? [process.cwd()] : named.map((folder) => resolve(folder));
const packages = all ? published : published.filter(({ directory }) => folders.includes(directory));
if (packages.length === 0) throw new Error(`check-package: no published package is in ${folders.join(', ')}`);

const scratch = mkdtempSync(join(tmpdir(), 'prismamba-pack-'));
let failed = 0;
try {
  const tarballs = packAll();
  // One reading of the declarations of all of them.
  const surfaces = apiProblems(packages.map(({ directory }) => directory));
  for (const one of packages) {
    const problems = [
      ...(await packageProblems(one, tarballs.get(one.manifest.name))),
      ...surfaces.get(one.directory),
    ];
    process.stdout.write(`${problems.length === 0 ? 'ok    ' : 'FAILED'} ${one.manifest.name}\n`);
    for (const problem of problems) process.stdout.write(`       ${problem}\n`);
    if (problems.length > 0) failed++;
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
process.exit(failed === 0 ? 0 : 1);

/** What is checked is what is built. */
function build() {
  const [node, ...args] = nxCommand('run-many', '-t', 'build');
  const { status } = spawnSync(node, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error("check-package: the packages do not build; see 'npm run build'");
}

/** What npm says of each tarball, and where it is, by the package's name. */
function packAll() {
  const directories = packages.map(({ directory }) => directory);
  const pack = spawnSync('npm', ['pack', '--json', '--pack-destination', scratch, ...directories], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (pack.status !== 0) throw new Error(`npm pack: ${pack.stderr}`);
  return new Map(JSON.parse(pack.stdout).map((one) => [one.name, one]));
}

async function packageProblems({ directory, manifest }, { filename, files, size }) {
  const tarball = readFileSync(join(scratch, filename));
  const built = ['dist', 'bin'].filter((folder) => existsSync(join(directory, folder)));
  return [
    ...['README.md', 'LICENSE']
      .filter((file) => !existsSync(join(directory, file)))
      .map((file) => `no ${file}`),
    ...(await publintProblems(manifest, tarball)),
    ...sizeProblems(manifest.name, size),
    ...unwantedFiles(files.map(({ path }) => path)),
    ...(manifest.exports?.['.'] === undefined ? [] : await typeProblems(tarball)),
    ...dependencyProblems(manifest, publishedTexts(directory, built)),
    ...bothBuildsProblems(directory, manifest),
    ...noticesProblems(directory, manifest),
    ...metadataProblems(manifest),
  ];
}

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
async function publintProblems(manifest, tarball) {
  const packed = tarball.buffer.slice(tarball.byteOffset, tarball.byteOffset + tarball.length);
  const { messages } = await publint({ pack: { tarball: packed }, strict: true });
  return messages.map((message) => formatMessage(message, manifest) ?? message.code);
}

/** are-the-types-wrong by its profile `node16`; that CommonJS meets ES modules only is said by Node, where it cannot require them. */
async function typeProblems(tarball) {
  const { problems = [] } = await checkPackage(createPackageFromTarballData(tarball));
  return problems
    .filter(({ kind, resolutionKind }) => kind !== 'CJSResolvesToESM' && resolutionKind !== 'node10')
    .map((problem) => `are the types wrong? ${JSON.stringify(problem)}`);
}
