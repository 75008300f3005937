import { isNode, nodeBuiltin } from './node-builtins.js';

/** Packages that Prismamba uses when the user has installed them, and never installs itself. */
export const optionalPeers = [
  '@tensorflow/tfjs-node-gpu',
  '@tensorflow/tfjs-node',
  '@tensorflow/tfjs-backend-webgpu',
  'webgpu',
  'onnxruntime-node',
] as const;
export type OptionalPeer = (typeof optionalPeers)[number];

/** What is wrong with something that could not be used, and what to do about it. */
export interface Problem {
  readonly problem: string;
  readonly remedy: string;
  /** Problem and remedy in one sentence. */
  readonly message: string;
}

export type PeerStatus =
  | { readonly name: OptionalPeer; readonly state: 'loaded' }
  | ({ readonly name: OptionalPeer; readonly state: 'not-installed' | 'broken' } & Problem);

/** Where a package's code comes from; replaced in tests. */
export interface PeerLoader {
  /** A URL that `load` can import, or undefined when the package is not installed. */
  find(name: OptionalPeer): string | undefined;
  load(url: string): Promise<unknown>;
}

/** Looks from this package first, then from the user's own project. */
export const installedPeers: PeerLoader = {
  find(name) {
    const nodeModule = nodeBuiltin('module');
    const path = nodeBuiltin('path');
    const url = nodeBuiltin('url');
    if (nodeModule === undefined || path === undefined || url === undefined) return undefined;
    for (const start of [import.meta.url, path.join(process.cwd(), 'index.js')]) {
      try {
        return url.pathToFileURL(nodeModule.createRequire(start).resolve(name)).href;
      } catch {
        // Not installed here.
      }
    }
    return undefined;
  },
  load: (url) => import(/* @vite-ignore */ url) as Promise<unknown>,
};

/** What is known to go wrong with each package, from its own issue tracker. */
function remedyOf(name: OptionalPeer): string {
  if (name === 'onnxruntime-node') {
    return (
      'Its native part lies in the package for Linux (glibc), macOS (arm64) and Windows: ' +
      'npm install --force onnxruntime-node puts it there again.'
    );
  }
  if (name !== '@tensorflow/tfjs-node-gpu' && name !== '@tensorflow/tfjs-node')
    return `npm install --force ${name}`;
  const major = isNode() ? Number.parseInt(process.versions.node, 10) : 0;
  const limits: string[] = [];
  if (major >= 23) {
    limits.push(
      `It is known not to work on Node 23 and later (this is ${process.version}); use Node 20 or 22.`,
    );
  }
  if (name === '@tensorflow/tfjs-node-gpu')
    limits.push('It wants CUDA 11.2 and cuDNN 8.1 on the library path.');
  limits.push(
    `Its native part is downloaded at installation: try 'npm rebuild ${name} --build-addon-from-source'.`,
  );
  return limits.join(' ');
}

/** Loads an optional peer and says which of the three cases it is: not installed, installed but broken, loaded. */
export async function loadPeer(name: OptionalPeer, loader: PeerLoader = installedPeers): Promise<PeerStatus> {
  const url = loader.find(name);
  if (url === undefined) {
    const [problem, remedy] = isNode()
      ? [`${name} is not installed (optional)`, `npm install ${name}`]
      : [`${name} cannot be looked up in a browser`, 'import it in your own program before startBackend'];
    const message = `${problem}; ${isNode() ? 'to use it: ' : ''}${remedy}`;
    return { name, state: 'not-installed', problem, remedy, message };
  }
  try {
    await loader.load(url);
    return { name, state: 'loaded' };
  } catch (error) {
    const cause = (error instanceof Error ? error.message : String(error)).split('\n')[0];
    const problem = `${name} is installed but broken: ${cause}`;
    const remedy = remedyOf(name);
    return { name, state: 'broken', problem, remedy, message: `${problem}. ${remedy}` };
  }
}
