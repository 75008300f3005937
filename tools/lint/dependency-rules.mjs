import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cruise } from 'dependency-cruiser';
import { layers, packageLayers } from './layers.mjs';

/**
 * Rules for dependency-cruiser: which package may import which (layers.mjs), and no import circle anywhere. They look at
 * resolved files, so type imports, dynamic imports, relative paths into another package and AssemblyScript count too.
 */
const testFile = '(\\.(test|bench)\\.ts$)|(^(packages|apps)/[^/]+/src/testing/)';
const folder = (names) => `^(packages|apps)/(${names.join('|')})/`;
const packages = Object.keys(packageLayers);

function layerRules(name) {
  const layer = packageLayers[name];
  const { allowed, note, remedy, backendFiles } = layers[layer];
  const refused = packages.filter(
    (other) =>
      other !== name && packageLayers[other] !== 'testing' && !allowed.includes(packageLayers[other]),
  );
  const rule = (suffix, from, names) => ({
    name: `layer-${name}${suffix}`,
    comment: `layer '${layer}' (${name}): ${note}${remedy === '' ? '' : `; ${remedy}`}`,
    severity: 'error',
    from,
    to: { path: folder(names) },
  });
  const outside = refused.filter((other) => backendFiles === undefined || packageLayers[other] !== 'backend');
  return [
    ...(outside.length > 0 ? [rule('', { path: folder([name]), pathNot: testFile }, outside)] : []),
    ...(outside.length < refused.length
      ? [
          rule('-backend', { path: folder([name]), pathNot: `${testFile}|${backendFiles.source}` }, [
            'backend',
          ]),
        ]
      : []),
  ];
}

const testingUsers = packages.filter((name) => name !== 'benchmarks' && packageLayers[name] !== 'testing');

const forbidden = [
  {
    name: 'no-circle',
    comment:
      'two files that import each other cannot be read, tested or moved alone: put what both need into a third',
    severity: 'error',
    from: {},
    to: { circular: true },
  },
  {
    name: 'testing-only-in-tests',
    comment: 'test helpers are for tests and benches only: move the shared code to the package that owns it',
    severity: 'error',
    from: { path: folder(testingUsers), pathNot: testFile },
    to: { path: folder(packages.filter((name) => packageLayers[name] === 'testing')) },
  },
  {
    name: 'by-name',
    comment:
      "a package is entered by its name ('@prismamba/...'), which its manifest then lists; a path goes past both",
    severity: 'error',
    from: { path: '^(packages|apps)/([^/]+)/', pathNot: '/tsup\\.config\\.ts$' },
    to: { path: '^(packages|apps)/', pathNot: '^$1/$2/', dependencyTypesNot: ['aliased-workspace'] },
  },
  {
    name: 'assembly-library',
    comment:
      'kernels of several packages share AssemblyScript through @prismamba/backend/assembly/ only: move what both need there',
    severity: 'error',
    from: { path: '^(packages|apps)/([^/]+)/.*\\.as\\.ts$' },
    to: { path: '^(packages|apps)/', pathNot: '^$1/$2/|^packages/backend/src/assembly/' },
  },
  {
    name: 'resolvable',
    comment: 'an import that leads nowhere is checked by no rule',
    severity: 'error',
    from: {},
    to: { couldNotResolve: true },
  },
  ...packages.flatMap(layerRules),
];

/** Every import under packages, apps and tools of `root` that breaks a rule. */
export async function findViolations(root) {
  const { output } = await cruise(
    ['packages', 'apps', 'tools'].filter((name) => existsSync(join(root, name))),
    {
      baseDir: root,
      ruleSet: { forbidden },
      validate: true,
      doNotFollow: { path: 'node_modules' },
      exclude: { path: '(^|/)(dist|generated|golden|fixtures|rivals)/' },
      tsPreCompilationDeps: true,
      combinedDependencies: true,
      enhancedResolveOptions: {
        exportsFields: ['exports'],
        conditionNames: ['@prismamba/source', 'import', 'node', 'default', 'types'],
      },
    },
  );
  const comments = new Map(forbidden.map(({ name, comment }) => [name, comment]));
  return output.summary.violations.map(({ rule, from, to, cycle }) => ({
    rule: rule.name,
    comment: comments.get(rule.name),
    path: [from, ...(cycle?.map((step) => step.name) ?? [to])],
  }));
}
