import { createHash } from 'node:crypto';
import type { Plugin } from 'vite';
import { isolation } from './isolation.js';

/** Builds of TensorFlow.js for browsers without SIMD or for its own threads, and libhdf5, which is large: kept once they were fetched. */
const FETCHED_ON_DEMAND = /tfjs-backend-wasm(-threaded-simd)?-[^-]*\.wasm$|hdf5_hl.*\.js$|\.map$/;

/** What only browsers with WebGPU want. */
const FOR_GPUS = /\/(start-)?webgpu-[^/]*\.js$/;

/**
 * The service worker: keeps the page for use without a network, and isolates it where the host cannot send the headers for
 * that (from the second visit on). Runs in the browser; `FILES`, `GPU_FILES`, `VERSION` and `HEADERS` are put in front of it.
 */
const program = `
const own = (response) => {
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
};
self.addEventListener('install', (event) => {
  self.skipWaiting();
  event.waitUntil(caches.open(VERSION).then((cache) => cache.addAll('gpu' in navigator ? [...FILES, ...GPU_FILES] : FILES)));
});
self.addEventListener('activate', (event) => {
  const old = async () => {
    for (const name of await caches.keys()) if (name !== VERSION) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(old());
});
self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || new URL(request.url).origin !== location.origin) return;
  const answer = async () => {
    const cache = await caches.open(VERSION);
    const kept = await cache.match(request, { ignoreSearch: true });
    if (kept !== undefined) return own(kept);
    const response = await fetch(request);
    if (response.ok && response.type === 'basic') await cache.put(request, response.clone());
    return own(response);
  };
  event.respondWith(answer());
});
`;

/** Writes \`sw.js\` with the list of the built files. */
export function serviceWorker(): Plugin {
  return {
    name: 'prismamba-service-worker',
    apply: 'build',
    generateBundle(_, bundle) {
      const files = Object.keys(bundle).filter((name) => !FETCHED_ON_DEMAND.test(name));
      const hash = createHash('sha256');
      for (const name of files.sort()) {
        const output = bundle[name]!;
        hash.update(name).update(output.type === 'chunk' ? output.code : output.source);
      }
      const addresses = (names: readonly string[]) => names.map((name) => `./${name}`);
      const always = files.filter((name) => !FOR_GPUS.test(name));
      const list = ['./', ...addresses(always), './icon.svg', './manifest.webmanifest'];
      const head = [
        `const VERSION = ${JSON.stringify(`prismamba-${hash.digest('hex').slice(0, 16)}`)};`,
        `const FILES = ${JSON.stringify(list)};`,
        `const GPU_FILES = ${JSON.stringify(addresses(files.filter((name) => FOR_GPUS.test(name))))};`,
        `const HEADERS = ${JSON.stringify(isolation)};`,
      ].join('\n');
      this.emitFile({ type: 'asset', fileName: 'sw.js', source: head + program });
    },
  };
}
