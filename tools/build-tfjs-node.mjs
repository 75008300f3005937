// Builds the native part of @tensorflow/tfjs-node for `npm run test:tfjs-node`, on Linux x64, where its download of TensorFlow's C
// library is not to be had: the library and its headers come out of PyPI's wheel `tensorflow-cpu` of the same version, the headers
// of Node from the npm package `node-api-headers`, and g++ does the rest. Wants npm, pip, unzip, nm and g++; 0.3 GB are downloaded,
// 1 GB is written to `.tfjs-node`. No part of set-up.
//
//     node tools/build-tfjs-node.mjs [--wheel FILE]
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './workspace.mjs';

const { values } = parseArgs({ options: { wheel: { type: 'string' } } });
if (process.platform !== 'linux' || process.arch !== 'x64') {
  console.error(`build-tfjs-node: Linux x64 is wanted, this is ${process.platform} ${process.arch}`);
  process.exit(1);
}
const VERSION = '4.22.0';
const HEADERS = '1.9.0';
const target = join(root, '.tfjs-node');
const building = join(root, `.tfjs-node-${process.pid}`);

/** Runs a program; what it said is shown where it fails. */
function run(command, args, cwd = building) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status === 0) return stdout;
  console.error(`build-tfjs-node: ${command} ${args.slice(0, 3).join(' ')} ...: ${error?.message ?? stderr}`);
  rmSync(building, { recursive: true, force: true });
  process.exit(1);
}
/** What shows that the binding computes. */
const TRY = `const tf = require('./.tfjs-node/node_modules/@tensorflow/tfjs-node');
console.log('works: TensorFlow', tf.backend().binding.TF_Version, 'says', tf.matMul([[1, 2], [3, 4]], [[1], [1]]).dataSync().join(' '));`;
const say = (text) => process.stdout.write(`${text}\n`);

mkdirSync(building);
writeFileSync(join(building, 'package.json'), '{ "private": true }\n');
say(`npm: @tensorflow/tfjs-node ${VERSION} without its install script, node-api-headers ${HEADERS}`);
const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];
run('npm', ['install', ...quiet, `@tensorflow/tfjs-node@${VERSION}`, `node-api-headers@${HEADERS}`]);
const modules = join(building, 'node_modules');
const binding = join(modules, '@tensorflow', 'tfjs-node');
// Found further up, in this workspace: two copies of TensorFlow.js would not share kernels and gradients.
for (const name of ['tfjs-core', 'tfjs-layers', 'tfjs-backend-cpu'])
  rmSync(join(modules, '@tensorflow', name), { recursive: true });

const [, tensorflow] = /LIBTENSORFLOW_VERSION = '([\d.]+)'/.exec(
  readFileSync(join(binding, 'scripts', 'deps-constants.js'), 'utf8'),
);
let wheel = values.wheel === undefined ? undefined : resolve(values.wheel);
if (wheel === undefined) {
  say(`pip: tensorflow-cpu ${tensorflow} (208 MB)`);
  // Any Python that this version had will do: none is run.
  const which = ['--no-deps', '--only-binary', ':all:', '--python-version', '3.10'];
  const platform = ['--platform', 'manylinux2014_x86_64', '--platform', 'manylinux_2_17_x86_64'];
  run('pip', ['download', '-q', ...which, ...platform, '-d', 'wheel', `tensorflow-cpu==${tensorflow}`]);
  wheel = join(building, 'wheel', readdirSync(join(building, 'wheel'))[0]);
}
const LIBRARY = '_pywrap_tensorflow_internal.so';
const FRAMEWORK = 'libtensorflow_framework.so.2';
const parts = [
  `tensorflow/python/${LIBRARY}`,
  `tensorflow/${FRAMEWORK}`,
  'tensorflow/include/tensorflow/c/*',
];
run('unzip', ['-q', wheel, ...parts, 'tensorflow/include/tensorflow/core/platform/*', '-d', 'unzipped']);
const lib = join(binding, 'deps', 'lib');
mkdirSync(lib, { recursive: true });
for (const part of parts.slice(0, 2))
  renameSync(join(building, 'unzipped', part), join(lib, part.split('/').at(-1)));
cpSync(join(building, 'unzipped', 'tensorflow', 'include'), join(binding, 'deps', 'include'), {
  recursive: true,
});

// The library also holds the module of Python, whose names it expects and which nothing here calls: empty ones satisfy the linker.
const wanted = run('nm', ['-D', '--undefined-only', join(lib, LIBRARY)])
  .split('\n')
  .map((line) => line.trim().split(' ').at(-1))
  .filter((name) => /^_?Py/.test(name));
const PYTHON = 'libpython-names.so';
writeFileSync(join(building, 'python-names.c'), wanted.map((name) => `void *${name}[64];\n`).join(''));
run('g++', ['-x', 'c', '-shared', '-fPIC', 'python-names.c', '-o', join(lib, PYTHON)]);

say(`g++: the binding, against TensorFlow ${tensorflow}`);
const addon = join(binding, 'lib', 'napi-v8');
mkdirSync(addon, { recursive: true });
const sources = ['binding/tfjs_backend.cc', 'binding/tfjs_binding.cc'];
const includes = ['-I.', '-Ideps/include', `-I${join(modules, 'node-api-headers', 'include')}`];
const libraries = [PYTHON, LIBRARY, FRAMEWORK].map((name) => `-l:${name}`);
run(
  'g++',
  [
    '-std=c++14',
    '-O2',
    '-shared',
    '-fPIC',
    '-DNAPI_VERSION=8',
    ...includes,
    ...sources,
    '-o',
    join(addon, 'tfjs_binding.node'),
    '-Ldeps/lib',
    '-Wl,--no-as-needed',
    ...libraries,
    '-Wl,-rpath,$ORIGIN/../../deps/lib',
    '-Wl,--allow-shlib-undefined',
  ],
  binding,
);
rmSync(join(building, 'unzipped'), { recursive: true });
rmSync(join(building, 'wheel'), { recursive: true, force: true });
if (existsSync(target)) rmSync(target, { recursive: true });
renameSync(building, target);
say(run(process.execPath, ['-e', TRY], root).trim());
