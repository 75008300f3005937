// README examples of installed packages on a page of headless Chromium, bundled by esbuild and by Vite as a user bundles them.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build as esbuild } from 'esbuild';
import { build as vite } from 'vite';
import { installLine } from '../installed.mjs';
import { readmeExamples, splitImports } from '../readme-examples.mjs';
import { seconds } from '../transcript.mjs';
import { root, workspacePackages } from '../workspace.mjs';
import { emptyProject } from './install-each.mjs';

// The command line, under both of its names, is what claims nothing about browsers.
const own = workspacePackages().filter(({ published, manifest }) => published && manifest.bin === undefined);

const bundlers = {
  esbuild: async (file) => {
    const { outputFiles } = await esbuild({
      entryPoints: [file],
      bundle: true,
      write: false,
      platform: 'browser',
      format: 'iife',
      logLevel: 'silent',
    });
    return outputFiles[0].text;
  },
  vite: async (file, folder) => {
    const [{ output }] = await vite({
      root: folder,
      configFile: false,
      logLevel: 'silent',
      build: { write: false, lib: { entry: file, formats: ['iife'], name: 'page' } },
    });
    return output[0].code;
  },
};

export async function examplesInBrowser({ transcript, registry, projects, scratch }) {
  const { walk, report, skip } = transcript;
  const { runInBrowser, whyNoBrowser } = await browserHelpers(scratch);
  const reason = whyNoBrowser();
  if (reason !== undefined) return skip('examples in a browser', reason);
  const folder = emptyProject(projects, registry, 'browser');
  const names = [...new Set(own.flatMap((one) => installLine(one) ?? []))];
  if (!walk(folder, `npm install --prefer-offline ${names.join(' ')}`)) return;
  for (const one of own) {
    for (const [index, { code, output }] of readmeExamples(join(one.directory, 'README.md')).entries()) {
      const what = `README of ${one.name}, example ${index + 1}`;
      if (/from '(node:|@prismamba\/[a-z-]+\/node')/.test(code)) {
        skip(`browser: ${what}`, 'needs Node by what it imports');
        continue;
      }
      const file = join(folder, `${one.name}-${index + 1}.ts`);
      writeFileSync(file, asPage(code));
      for (const [bundler, bundle] of Object.entries(bundlers)) {
        const start = performance.now();
        const script = bundled(bundle, file, folder);
        for (const isolated of [true, false]) {
          const problem = await runPage(runInBrowser, { file, script, isolated }, output);
          report(
            problem === undefined ? [] : ['fails'],
            `browser, ${bundler}, ${isolated ? '' : 'not '}cross-origin isolated: ${what}`,
            seconds(start),
            problem,
          );
        }
      }
    }
  }
}

/** The page's script, made once: an entry's source to its bundle. */
function bundled(bundle, file, folder) {
  let script;
  return (entry) => {
    const page = file.replace(/\.ts$/, '.page.js');
    writeFileSync(page, entry);
    return (script ??= bundle(page, folder));
  };
}

async function runPage(runInBrowser, { file, script, isolated }, output) {
  try {
    const printed = await runInBrowser({
      module: pathToFileURL(file),
      isolated,
      timeoutMs: 240_000,
      bundle: script,
    });
    return output === undefined || samePrinted(printed, output)
      ? undefined
      : `printed:\n${printed}\nwanted:\n${output}`;
  } catch (error) {
    return String(error?.stack ?? error);
  }
}

/** Node prints values by its own rules of brackets, quotes and spaces. */
export const samePrinted = (printed, wanted) => {
  const bare = (text) => text.replace(/[\s[\]{}'"]/g, '');
  return bare(printed) === bare(wanted);
};

/** An example as a module whose `run` gives what it prints; a page names the folder of the .wasm files, as the README says. */
export function asPage(code) {
  const { imports, body } = splitImports(code);
  return `${imports}
export async function run() {
  const lines = [];
  const console = { ...globalThis.console, log: (...all) => lines.push(all.map(text).join(' ')) };
  const text = (value) => (typeof value === 'string' ? value : JSON.stringify(ArrayBuffer.isView(value) ? [...value] : value));
${body.replace(/startBackend\('(wasm|auto)'\)/g, "startBackend('$1', { wasmPaths: '/wasm/' })")}
  return lines.join('\\n');
}
`;
}

/** The helpers of the browser lane, which are TypeScript. */
async function browserHelpers(scratch) {
  const outfile = join(scratch, 'browser-page.mjs');
  const entry = join(root, 'packages/testing/src/browser-page.ts');
  const { outputFiles } = await esbuild({
    entryPoints: [entry],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    // Where it stands decides where it finds TensorFlow.js's files and esbuild.
    define: { 'import.meta.url': JSON.stringify(pathToFileURL(entry).href) },
  });
  const esbuildUrl = pathToFileURL(join(root, 'node_modules/esbuild/lib/main.js')).href;
  writeFileSync(outfile, outputFiles[0].text.replace(/from "esbuild"/, `from ${JSON.stringify(esbuildUrl)}`));
  return import(pathToFileURL(outfile).href);
}
