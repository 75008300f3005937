// Every command that the pages print, and what CI runs instead of it: the same command made cheap, or the part of CI
// that runs it already. A command that no rule knows is a failure of `npm test -- commands`.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, testFiles, workspacePackages } from './workspace.mjs';

/** Settings that make any training run a matter of seconds. */
export const TINY =
  "--set training.duration='1 steps' --set training.batch_size=1 --set data.synthetic.train=1 " +
  '--set data.synthetic.test=1 --set data.synthetic.height=24 --set data.synthetic.width=24 ' +
  '--set patches.size=16 --set patches.stride=16 --set report.scenes=1';
/** The same without the report, where nobody looks at it. */
const QUICK = `${TINY} --set report.html=false`;
export const PHOTO = 'packages/testing/fixtures/ntire2022/ARAD_1K_0001.jpg';
const typedoc = JSON.parse(readFileSync(join(root, 'typedoc.json'), 'utf8'));
/** The files that `npm run docs` makes pages of: those that a package names by itself, or its main entry. */
const pages = typedoc.entryPoints.flatMap((folder) => {
  const own = join(root, folder, 'typedoc.json');
  const { entryPoints } = existsSync(own) ? JSON.parse(readFileSync(own, 'utf8')) : typedoc.packageOptions;
  return entryPoints.map((file) => `${folder}/${file}`);
});
const entryPoints = (files) => files.map((file) => `--entryPoints ${file}`).join(' ');
const CAVE = 'packages/testing/fixtures/cave';
const CASSI = 'packages/testing/fixtures/cassi-28';
// The program that npx runs: npm itself takes as long to start as most commands take. The step `first use` runs `npx prismamba`.
const commandLine = 'prismamba';

/**
 * What to do for a command: `run` in the fresh clone (`in` a folder of it) and find the words `prints` in what it prints, or who does
 * it already, or why nobody.
 */
const rules = [
  // Steps of CI by themselves; `first use` is walkCommandLine of installed.mjs.
  ['npm ci', { by: '.ci/run' }],
  ['npm test', { by: 'npm test itself' }],
  // Both names are steps: what is refused is only the third.
  ['npm test -- commands browser', { by: 'commands and browser' }],
  [
    'npm test -- format lint',
    { run: '(npm test -- format lint nosuchstep || true) 2>&1 | grep "no step \'nosuchstep\';"' },
  ],
  ['npm run test:browser', { by: 'browser' }],
  ['npm run test:first-use', { by: 'first use' }],
  ['npm run test:fuzz', { lane: 'fuzz', in: 'packages/formats' }],
  [/^(PRISMAMBA_SOAK_MINUTES=\d+ )?npm run test:soak$/, { lane: 'soak', in: 'apps/experiments' }],
  ['npm run test:slurm', { lane: 'slurm', in: 'apps/experiments' }],
  ['npm run test:viewer', { lane: 'viewer', in: 'apps/viewer' }],
  [
    'npm run test:tfjs-node',
    { run: 'npm run test:tfjs-node', prints: ['the native part of @tensorflow/tfjs-node is not built'] },
  ],
  ['npm run test:tfjs-node -- --contract', { not: 'a minute; a lane of its own' }],
  ['node tools/build-tfjs-node.mjs', { not: 'downloads TensorFlow, 0.3 GB' }],
  ['npm run test:webgpu', { lane: 'webgpu', in: 'packages/ssm-core' }],
  [
    /^npm run mutate( -- packages\/.*)?$/,
    { run: 'npm run mutate -- packages/metrics --only rmse --sample 1', prints: ['killed'] },
  ],
  [/^npm run coverage( -- packages\/.*)?$/, { not: 'all tests once more, in as many minutes' }],
  ['npm run viewer', { run: 'npx nx run @prismamba/viewer:page && test -s apps/viewer/dist/sw.js' }],
  ['npm run test:fast', { by: 'types and tests' }],
  [
    /^npm run test:foreign( -- FOLDER)?$/,
    { run: 'npm run test:foreign -- packages/testing/fixtures/foreign' },
  ],
  ['npm run lint', { by: 'lint and imports' }],
  ['npm run typecheck', { by: 'lint' }],
  ['npm run format:check', { by: 'format' }],
  ['npm run format', { run: 'npx oxfmt README.md' }],
  ['npm run build', { by: 'build' }],
  ['npm run api', { by: 'packages' }],
  ['npm run sbom', { by: 'tools' }],
  ['npm audit --omit dev', { not: 'asks the registry, before a release' }],
  ['npm run notices', { run: 'npm run notices && git diff --exit-code -- "*/THIRD_PARTY_NOTICES.md"' }],
  [/^npx nx test @prismamba\/(models|metrics)$/, { by: 'tests' }],
  ['npm test -- tests', { by: 'tests' }],
  ['npm run picture:reconstruct', { run: 'npm run picture:reconstruct -- --to reconstruct.png' }],
  ['npm run picture', { run: `npm run picture -- --to picture.png ${QUICK}` }],
  ['npm run kernels', { run: 'npm run kernels' }],
  // The pages of all packages out of one program: by itself it makes ten, of the same files. They take longest of all commands, so that the step makes
  // those of the operators, which have most to say, and `npm run test:first-use` (PRISMAMBA_WHOLE=1) all.
  [
    'npm run docs',
    {
      run: `npm run docs -- --entryPointStrategy resolve --skipErrorChecking ${
        process.env.PRISMAMBA_WHOLE === '1'
          ? `--tsconfig tsconfig.json ${entryPoints(pages)}`
          : `--tsconfig packages/ssm-core/tsconfig.json ${entryPoints(pages.filter((file) => file.includes('/ssm-core/')))}`
      }`,
    },
  ],
  // The command line.
  ['npm start', { run: `npm start -- ${TINY} --set name=quickstart` }],
  [
    /^npm start -- --data DIR --split (FILE|DIR\/split\.json)#mini$/,
    { run: `npm start -- ${QUICK} --data ${CAVE} --split split.json#mini --out runs-cave` },
  ],
  [/^prismamba train( quickstart)?( --set training\.duration='50 steps')?$/, { by: 'first use' }],
  // One model is trained; that the settings of the other pages are valid is a test of their package.
  [
    'prismamba train quickstart --set model.name=agd-net --set training.schedule.learning_rate=4e-4',
    {
      run: `${commandLine} train quickstart --set model.name=agd-net --set training.schedule.learning_rate=4e-4 ${QUICK} --out runs-agd`,
    },
  ],
  [
    'prismamba train cave/gmsr-net --data DIR --set model.name=agd-net',
    {
      run: `${commandLine} train cave/gmsr-net --data ${CAVE} --set model.name=agd-net ${QUICK} --set 'evaluation.prediction={ name: whole }' --set evaluation.protocols=[standard] --split split.json --out runs-agd-cave`,
    },
  ],
  [
    /^prismamba train (quickstart|cave\/gmsr-net --data DIR) --set model\.name=\S+( --set \S+)?$/,
    { by: 'apps/experiments/src/config/model-pages.test.ts' },
  ],
  [
    /^prismamba reconstruct photo\.jpg --run runs\/quickstart\/<time>$/,
    { run: `${commandLine} reconstruct ${PHOTO} --run RUN --out cube.npy` },
  ],
  [/^prismamba reconstruct photo\.jpg( --at .*)?$/, { by: 'first use' }],
  ['prismamba pretrained', { by: 'first use' }],
  [/^prismamba pretrained (gmsr-net\/\S+)$/, { run: `${commandLine} pretrained $1` }],
  ['prismamba evaluate runs/quickstart/<time>', { by: 'first use' }],
  ['prismamba report runs/quickstart/<time>', { run: `${commandLine} report RUN` }],
  [/^prismamba reconstruct photo\.jpg --chart /, { by: 'apps/experiments/src/chart/chart.test.ts' }],
  [
    /^prismamba view photo\.npy( --at .*)?$/,
    {
      run: `${commandLine} reconstruct ${PHOTO} --out viewed.npy && ${commandLine} view viewed.npy --at 2,3 && test -s viewed.bands.png`,
    },
  ],
  // What needs onnxruntime-node, which is no dependency: that it is used, or said to be missing.
  [
    'prismamba reconstruct photo.jpg --engine auto',
    {
      run: `${commandLine} reconstruct ${PHOTO} --engine auto --out engine.npy 2>&1 | grep '^engine: '`,
    },
  ],
  [
    'prismamba evaluate runs/quickstart/<time> --engine onnxruntime',
    {
      run: `(${commandLine} evaluate RUN --engine onnxruntime || true) 2>&1 | grep -E '^engine: |not installed'`,
    },
  ],
  [
    'prismamba export gmsr-net --weights runs/quickstart/<time> --out gmsr-net.onnx --check',
    {
      run: `(${commandLine} export gmsr-net --weights RUN --out gmsr-net.onnx --check || true) 2>&1 | grep -E 'largest error|not installed'`,
    },
  ],
  [/^npm install onnxruntime-(node|web)$/, { not: 'an optional package of 130 to 290 MB' }],
  [
    'npx prismamba train quickstart --set data=cassi-28 --data DIR --split DIR/split.json --set model.options.bands=28 --set model.options.widths=[10,20,28]',
    {
      run: `${commandLine} train quickstart --set data=cassi-28 --data ${CASSI} --split ${CASSI}/split.json --set model.options.bands=28 --set model.options.widths=[10,20,28] ${QUICK} --out runs-cassi`,
    },
  ],
  [/^prismamba data check DIR$/, { run: `${commandLine} data check ${CAVE}` }],
  [/^prismamba init( \[file\]| \S+\.yaml)?( --from \S+)?$/, { by: 'first use' }],
  ['prismamba doctor', { by: 'first use' }],
  ['prismamba doctor --deep', { by: 'apps/experiments/src/doctor/examine.test.ts' }],
  [
    'prismamba parity gmsr-net packages/testing/golden/gmsr-net',
    { run: `${commandLine} parity gmsr-net packages/testing/golden/gmsr-net` },
  ],
  ['prismamba summary m3sr --size 482x512', { run: `${commandLine} summary m3sr --size 482x512` }],
  [
    'npm run reproduce:smoke',
    { run: 'npm run reproduce:smoke -- --table protocols --runs runs-smoke --out smoke' },
  ],
  [
    'prismamba reproduce gmsr-net-3 --profile smoke',
    { run: `${commandLine} reproduce protocols --profile smoke --runs runs-smoke --out smoke` },
  ],
  [/^prismamba tables( --profile full)?$/, { run: `${commandLine} tables$1` }],
  // Real tables take hours: that their runs can be planned.
  [
    /^prismamba reproduce \S+ --profile (mini|full)\b/,
    { run: `${commandLine} reproduce protocols --profile smoke --seeds 1,2,3 --dry-run --runs runs-smoke` },
  ],
  ['prismamba reproduce my-table.yaml --profile smoke', { by: 'apps/experiments/src/reproduce.test.ts' }],
  ['prismamba reproduce complexity', { by: 'application' }],
  // Sweeps: one is run, the others say what they would run.
  [
    /^prismamba sweep quickstart --over model\.options\.spectral_attention=true,false --over training\.schedule\.learning_rate=4e-3,8e-3 --over seed=1,2$/,
    {
      run: `${commandLine} sweep quickstart --over model.options.spectral_attention=true,false ${QUICK} --out runs-sweep`,
    },
  ],
  [
    /^prismamba sweep quickstart --over '?seed=range.* --launcher slurm$/,
    { by: 'npm run test:slurm; a cluster is needed' },
  ],
  [/^prismamba jobs\b/, { run: `${commandLine} jobs && ${commandLine} jobs --help` }],
  [
    /^prismamba sweep quickstart (.*--dry-run)$/,
    { run: `${commandLine} sweep quickstart $1 --out runs-sweep` },
  ],
  [
    'prismamba compare runs/quickstart --html compare.html',
    {
      run:
        `${commandLine} sweep quickstart --over seed=1,2 ${QUICK} --out runs-compare && ` +
        `${commandLine} compare runs-compare/quickstart --html compare.html && test -s compare.html`,
    },
  ],
  [
    /^prismamba figure (maps|spectra) runs\/quickstart --scene (synthetic-test-000 .*)$/,
    {
      // After the comparison, which has made the runs.
      run: `${commandLine} figure $1 runs-compare/quickstart --scene $2`,
    },
  ],
  [
    'prismamba sweep quickstart --over model.options.spectral_attention=true,false --over seed=1,2',
    { by: 'docs/ablations.md' },
  ],
  ['prismamba runs', { by: 'first use' }],
  [/^prismamba runs (.*)$/, { run: `${commandLine} runs $1` }],
  [
    'prismamba train quickstart --profile',
    {
      run: `${commandLine} train quickstart --profile 1 ${QUICK} --set training.duration='4 steps' --out runs-profile`,
    },
  ],
  // Forms with a place to fill in: the command exists, and so do the options that are named.
  [/^prismamba( <command> --help)?$/, { run: `${commandLine} --help` }],
  [/^prismamba (data) (check|preview|fetch)\b/, { run: `${commandLine} data $2 --help` }],
  [
    /^prismamba (train|sweep|runs|tables|reproduce|compare|figure|evaluate|reconstruct|view|pretrained|report|summary|parity|export|weights)\b/,
    { help: '$1' },
  ],
  // Benchmarks.
  ['npm run bench', { run: 'npm run bench -- --only roofline --no-write' }],
  ['npm run bench -- --only engines', { not: 'an hour on a quiet machine, with PyTorch' }],
  [
    'npm run bench -- --only batches',
    // `npm run bench` above has built the program.
    { in: 'apps/benchmarks', run: "node dist/run-bench.js --only batches --case 'cut, turned' --no-write" },
  ],
  [
    'npm run bench -- --only native',
    {
      in: 'apps/benchmarks',
      run: "node dist/run-bench.js --only native --case 'selectiveScan, forward' --no-write",
      prints: ['node tools/build-tfjs-node.mjs builds it'],
    },
  ],
  [
    'npm run bench -- --backend webgpu',
    { not: 'needs an adapter and its package; the lane webgpu runs the same kernels' },
  ],
  ['npm run bench -- --help', { in: 'apps/benchmarks', run: 'node dist/run-bench.js --help' }],
  ['npm ci --prefix rivals', { not: 'downloads the rivals; npm run bench does it where they are missing' }],
  ['apt-get install python3-torch', { not: 'changes the machine' }],
  ['npm run bundle', { run: 'npx nx run @prismamba/experiments:bundle' }],
  // Lanes of slow tests: that there are such tests, and once that vitest finds those of a lane.
  [
    'PRISMAMBA_LANE=browser npx vitest run',
    {
      run: "PRISMAMBA_LANE=browser vitest list --filesOnly | grep 'browser.test.ts'",
      in: 'packages/models',
    },
  ],
  ['PRISMAMBA_LANE=slow npx vitest run', { lane: 'slow', in: 'packages/models' }],
  [
    /^PRISMAMBA_LANE=slow npx vitest run (src\/predict\/\S+)$/,
    { lane: 'slow', files: '$1', in: 'packages/trainer' },
  ],
  [
    /^PRISMAMBA_LANE=slow npx vitest run (src\/(?:reconstruct\/\S+|kill|hardships))$/,
    { lane: 'slow', files: '$1', in: 'apps/experiments' },
  ],
  // All tests of the package are among 'tests'; here a row that was lost is written again.
  [
    'PRISMAMBA_WRITE_DOCS=1 npx vitest run',
    {
      run: "sed -i '/^| .rmse/d' README.md && ! git diff --quiet README.md && PRISMAMBA_WRITE_DOCS=1 npx vitest run src/edge-cases && git diff --exit-code README.md",
      in: 'packages/metrics',
    },
  ],
  // Releases.
  ['npx changeset', { run: 'npx changeset add --empty' }],
  ['npm run changeset', { run: 'npm run changeset -- add --empty' }],
  ['npm run release:version', { run: 'npx changeset version' }],
  ['npm run release:publish', { by: 'npm run test:release, into a registry on this machine' }],
  [/^(npm login|npm deprecate|git push --follow-tags)$/, { not: 'reaches a registry or a forge' }],
  [/^npm run test:release( -- .*)?$/, { not: 'takes minutes and the network; a lane of its own' }],
];

/** The test files of a lane that a command names. */
function laneTests({ lane, files = '', in: folder }) {
  const found = testFiles(join(root, folder), lane).filter((name) => name.includes(files));
  return found.length === 0
    ? { wrong: `${folder} has no ${files}*.${lane}.test.ts` }
    : { by: `the lane '${lane}': ${found.join(', ')}` };
}

/** The rule's answer to a command, with the matched parts filled in; undefined where no rule knows it. */
export function cheapForm(command) {
  const text = command.replace(/^npx prismamba/, 'prismamba');
  const install = /^npm install (?:-g )?((?:@prismamba\/|prismamba$).*)$/.exec(text);
  if (install !== null) return installable(install[1].split(' '));
  for (const [pattern, answer] of rules) {
    const match = typeof pattern === 'string' ? pattern === text : pattern.exec(text);
    if (!match) continue;
    const fill = (form) => form.replace(/\$(\d)/g, (_, index) => match[Number(index)] ?? '');
    if (answer.help !== undefined) return helpNames(fill(answer.help), text);
    if (answer.lane !== undefined) return laneTests({ ...answer, files: fill(answer.files ?? '') });
    return answer.run === undefined ? answer : { ...answer, run: fill(answer.run) };
  }
  return undefined;
}

/** The help of a command of the command line, which names the options that the page names. */
function helpNames(name, text) {
  const options = [...text.matchAll(/ (--[a-z-]+)/g)].map(([, option]) => option);
  return { run: `${commandLine} ${name} --help`, prints: [...new Set(options)] };
}

/** The packages that a page tells to install exist, and their peers are installed with them. */
function installable(names) {
  const published = new Map(
    workspacePackages()
      .filter((one) => one.published)
      .map(({ manifest }) => [manifest.name, manifest]),
  );
  const wanted = names.flatMap((name) => {
    const manifest = published.get(name);
    if (manifest === undefined)
      return name.startsWith('@prismamba/') ? [`${name}, which is not published`] : [];
    return Object.keys(manifest.peerDependencies ?? {})
      .filter((peer) => manifest.peerDependenciesMeta?.[peer]?.optional !== true && !names.includes(peer))
      .map((peer) => `${peer}, a peer of ${name}`);
  });
  return wanted.length === 0
    ? { by: 'a check of names and peers' }
    : { wrong: `lacks or names ${wanted.join('; ')}` };
}

/** Commands of a page: the lines of its sh fences, and what stands in backticks and begins like a command. */
export function commandsOf(markdown) {
  const fences = /```(?:sh|bash|console)\n([\s\S]*?)```/g;
  const lines = [...markdown.matchAll(fences)].flatMap(([, text]) => text.split('\n'));
  const prose = markdown.replace(/```[\s\S]*?```/g, '');
  const inline = /`((?:PRISMAMBA_[A-Z_]+=\S+ )?(?:npm|npx|prismamba|apt-get)(?: [^`]*)?)`/g;
  const quoted = [...prose.matchAll(inline)].map(([, text]) => text.replace(/\s+/g, ' '));
  return [...lines.flatMap((line) => line.replace(/\s+# .*$/, '').split(' && ')), ...quoted]
    .map((text) => text.trim())
    .filter((text) => text !== '' && !text.startsWith('#'));
}

/** Every command of the pages and every npm script of the root, with where it stands. */
export function documentedCommands() {
  const pages = execFileSync('git', ['ls-files', '*.md'], { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter((file) => file !== '' && !/(^|\/)(golden|fixtures|\.changeset|api)\/|CHANGELOG\.md$/.test(file));
  const found = new Map();
  const add = (command, place) => found.set(command, [...new Set([...(found.get(command) ?? []), place])]);
  for (const file of pages) {
    for (const command of commandsOf(readFileSync(join(root, file), 'utf8'))) add(command, file);
  }
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const name of Object.keys(scripts)) {
    add(['start', 'test'].includes(name) ? `npm ${name}` : `npm run ${name}`, 'package.json');
  }
  return [...found].map(([command, places]) => ({ command, places }));
}
