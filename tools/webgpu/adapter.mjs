// WebGPU for Node: the package `webgpu` of this folder, installed on first use from a lock of its own, and an adapter for it.
// A graphics driver of the machine comes first; without one, a software adapter: lavapipe of Mesa, which the Vulkan loader
// finds by itself, or SwiftShader, which lies beside Chromium with a loader of its own.
import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));
const modules = join(folder, 'node_modules');

/** Asks for an adapter in a process of its own: the Vulkan loader reads the environment at its start. */
const ASK = `
const { create, globals } = await import('webgpu');
Object.assign(globalThis, globals);
const adapter = await create([]).requestAdapter();
console.log(JSON.stringify(adapter && [adapter.info.vendor, adapter.info.architecture, adapter.info.description].filter(Boolean).join(' ')));
process.exit(0);`;

function ask(env) {
  const child = spawnSync(process.execPath, ['--input-type=module', '-e', ASK], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, ...env },
    timeout: 60_000,
  });
  try {
    return JSON.parse(child.stdout.trim().split('\n').at(-1)) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Folders in which Chromium or Chrome keeps SwiftShader and a Vulkan loader. */
function chromiumFolders() {
  const onPath = (process.env.PATH ?? '').split(delimiter);
  const programs = ['chromium', 'google-chrome'].flatMap((name) => onPath.map((place) => join(place, name)));
  const named = [process.env.PRISMAMBA_CHROMIUM, ...programs].filter((path) => path && existsSync(path));
  return ['/usr/lib/chromium', '/opt/google/chrome', ...named.map((path) => dirname(realpathSync(path)))];
}

function swiftShader() {
  const place = chromiumFolders().find((path) => existsSync(join(path, 'vk_swiftshader_icd.json')));
  if (place === undefined) return undefined;
  const libraries = [place, process.env.LD_LIBRARY_PATH].filter(Boolean).join(delimiter);
  return { VK_ICD_FILENAMES: join(place, 'vk_swiftshader_icd.json'), LD_LIBRARY_PATH: libraries };
}

function install() {
  if (existsSync(join(modules, 'webgpu/package.json'))) return undefined;
  const npm = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    encoding: 'utf8',
  });
  return npm.status === 0 ? undefined : `npm ci in tools/webgpu failed: ${npm.stderr.trim().split('\n')[0]}`;
}

/**
 * The environment in which a process of Node finds the package and an adapter, and the adapter's name; or the reason why
 * there is none, which the environment carries too.
 */
export function webgpuAdapter() {
  const failed = install();
  const path = { NODE_PATH: [modules, process.env.NODE_PATH].filter(Boolean).join(delimiter) };
  const tries = failed === undefined ? [{}, swiftShader()] : [];
  for (const env of tries) {
    const adapter = env === undefined ? undefined : ask(env);
    if (adapter !== undefined) return { adapter, env: { ...path, ...env } };
  }
  const reason =
    failed ??
    'no WebGPU adapter: no graphics driver with Vulkan, and no software one (Debian: apt-get install chromium, or mesa-vulkan-drivers with Mesa 25)';
  return { reason, env: { ...path, PRISMAMBA_NO_WEBGPU: reason } };
}

// As a command: prints what `webgpuAdapter` gives, as JSON.
if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(JSON.stringify(webgpuAdapter()));
