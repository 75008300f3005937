// `npm run test:tfjs-node`: the operators, and parity of GMSR-Net, M3SR and AGD-Net, on native TensorFlow through @tensorflow/tfjs-node, as
// `node tools/build-tfjs-node.mjs` builds it; without it, it says so and is done. `--contract` needs nothing: the operators on a
// backend that has the kernels of the binding and no other (packages/testing/src/native-tensorflow.ts); a step of `npm test`.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nxCommand, root } from './workspace.mjs';

const contract = process.argv.includes('--contract');
const modules = join(root, '.tfjs-node', 'node_modules');
if (!contract && !existsSync(join(modules, '@tensorflow', 'tfjs-node'))) {
  console.log(
    'skipped: the native part of @tensorflow/tfjs-node is not built; node tools/build-tfjs-node.mjs builds it (Linux x64, 0.3 GB)',
  );
  process.exit(0);
}

function run(folder, environment, ...args) {
  const env = {
    ...process.env,
    PRISMAMBA_TEST_BACKEND: 'tensorflow',
    NX_DAEMON: 'false',
    NX_TUI: 'false',
    ...environment,
  };
  if (environment.PRISMAMBA_LANE === undefined) delete env.PRISMAMBA_LANE;
  // TensorFlow says on every start which instructions it uses.
  const real = { PRISMAMBA_TFJS_NODE: modules, NODE_PATH: modules, TF_CPP_MIN_LOG_LEVEL: '2' };
  const { status } = spawnSync(process.execPath, args, {
    cwd: folder,
    env: contract ? env : { ...env, ...real },
    stdio: 'inherit',
  });
  return status === 0;
}

if (!run(root, {}, ...nxCommand('run-many', '-t', 'kernels').slice(1))) process.exit(1);
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const reports = mkdtempSync(join(tmpdir(), 'tfjs-node-'));
const failed = [];
const on = contract ? 'the standard kernels of the Node binding' : 'native TensorFlow';

/** The tests of a package whose names match; a filter that meets no test is a failure too. */
function tests(name, filter, environment = {}) {
  console.log(`\n=== @prismamba/${name} on ${on}`);
  const report = join(reports, `${name}.json`);
  const args = [vitest, 'run', ...filter];
  const passed = run(join(root, 'packages', name), { PRISMAMBA_REPORT: report, ...environment }, ...args);
  const count = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')).numPassedTests : 0;
  if (!passed || count === 0) failed.push(name);
}
for (const name of ['core', 'ssm-core', 'spectral-attention']) tests(name, ['-t', '\\[tensorflow\\]']);
if (!contract) tests('ssm-core', ['src/native.test.ts']);
if (!contract) for (const name of ['testing', 'parity']) tests(name, [], { PRISMAMBA_LANE: 'tfjsnode' });
rmSync(reports, { recursive: true });
if (failed.length > 0) console.error(`\nfailed: ${failed.join(', ')}`);
process.exit(failed.length > 0 ? 1 : 0);
