import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { layers, packageLayers } from './layers.mjs';

const testFile = /(\.(test|bench)\.ts$)|(^src\/testing\/)/;
const workspaceFile = /(?:^|\/)(packages|apps)\/([^/]+)\/(.+)$/;

/** Static imports and re-exports of a source file that name a sibling file. */
function relativeImports(file) {
  const text = readFileSync(file, 'utf8');
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\b(?!\s+type\b)[^'";]*?from\s*['"](\.[^'"]+)['"]/g,
  );
  const bare = text.matchAll(/(?:^|\n)\s*import\s*['"](\.[^'"]+)['"]/g);
  return [...found, ...bare]
    .map((match) => resolve(dirname(file), match[1].replace(/\.js$/, '.ts')))
    .filter((path) => existsSync(path) && statSync(path).isFile());
}

/** Files that the browser entry (src/index.ts) of a package reaches by static imports. */
function browserGraph(packageRoot) {
  const seen = new Set();
  const queue = [join(packageRoot, 'src/index.ts')].filter(existsSync);
  while (queue.length > 0) {
    const file = queue.pop();
    if (seen.has(file)) continue;
    seen.add(file);
    queue.push(...relativeImports(file));
  }
  return seen;
}

const graphs = new Map();
function reachesBrowser(packageRoot, file) {
  if (!graphs.has(packageRoot)) graphs.set(packageRoot, browserGraph(packageRoot));
  return graphs.get(packageRoot).has(file);
}

function layerProblem(fromPackage, file, source) {
  const target = /^@prismamba\/([^/]+)/.exec(source)?.[1];
  if (target === undefined || target === fromPackage) return undefined;
  const from = packageLayers[fromPackage];
  const to = packageLayers[target];
  if (from === undefined || to === undefined) return undefined;
  if (to === 'testing') {
    if (testFile.test(file) || fromPackage === 'benchmarks' || fromPackage === 'testing') return undefined;
    return `'${source}' is for tests and benches only: move the shared code to the room that owns it`;
  }
  if (testFile.test(file)) return undefined;
  const rule = layers[from];
  if (rule.allowed.includes(to)) return undefined;
  if (to === 'backend' && rule.backendFiles?.test(file)) return undefined;
  return `layer '${from}' (${fromPackage}) must not import layer '${to}' ('${source}'): ${rule.note}; ${rule.remedy}`;
}

/** Import layers of the house, with the reason and the remedy in the message. */
export const layerRule = {
  meta: { type: 'problem', schema: [], messages: { layer: '{{message}}' } },
  create(context) {
    const path = context.filename.replaceAll('\\', '/');
    const match = workspaceFile.exec(path);
    if (match === null) return {};
    const [, group, name, inner] = match;
    const packageRoot = join(path.slice(0, match.index + (path[match.index] === '/' ? 1 : 0)), group, name);
    function check(node) {
      const source = node.source?.value;
      if (typeof source !== 'string') return;
      const message = layerProblem(name, inner, source);
      if (message !== undefined) context.report({ node: node.source, messageId: 'layer', data: { message } });
      const typeOnly = node.importKind === 'type' || node.exportKind === 'type';
      if (group === 'packages' && name !== 'testing' && !typeOnly && !testFile.test(inner)) {
        const nodeOnly = source.startsWith('node:') || ['sharp', 'h5wasm/node'].includes(source);
        if (nodeOnly && reachesBrowser(packageRoot, path)) {
          const text =
            `'${source}' does not exist in browsers, and src/index.ts of ${name} reaches this file: ` +
            `move the code to the entry point '@prismamba/${name}/node' (src/node.ts)`;
          context.report({ node: node.source, messageId: 'layer', data: { message: text } });
        }
      }
    }
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression(node) {
        const source = node.source.type === 'Literal' ? node.source.value : undefined;
        const message = typeof source === 'string' ? layerProblem(name, inner, source) : undefined;
        if (message !== undefined) context.report({ node, messageId: 'layer', data: { message } });
      },
    };
  },
};
