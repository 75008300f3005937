import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const testFile = /(\.(test|bench)\.ts$)|(^src\/testing\/)/;
const workspaceFile = /(?:^|\/)packages\/([^/]+)\/(.+)$/;

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

/** The browser entry of a package (src/index.ts) reaches no module that only Node has. */
export const browserRule = {
  meta: { type: 'problem', schema: [], messages: { nodeOnly: '{{message}}' } },
  create(context) {
    const path = context.filename.replaceAll('\\', '/');
    const match = workspaceFile.exec(path);
    if (match === null) return {};
    const [, name, inner] = match;
    if (name === 'testing' || testFile.test(inner)) return {};
    const packageRoot = path.slice(0, path.length - inner.length - 1);
    function check(node) {
      const source = node.source?.value;
      if (typeof source !== 'string' || node.importKind === 'type' || node.exportKind === 'type') return;
      const nodeOnly = source.startsWith('node:') || ['sharp', 'h5wasm/node'].includes(source);
      if (!nodeOnly || !reachesBrowser(packageRoot, path)) return;
      const message =
        `'${source}' does not exist in browsers, and src/index.ts of ${name} reaches this file: ` +
        `move the code to the entry point '@prismamba/${name}/node' (src/node.ts)`;
      context.report({ node: node.source, messageId: 'nodeOnly', data: { message } });
    }
    return { ImportDeclaration: check, ExportNamedDeclaration: check, ExportAllDeclaration: check };
  },
};
