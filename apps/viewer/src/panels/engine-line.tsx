import { engineInfo } from '../state/store.js';

const backendNames: Readonly<Record<string, string>> = {
  webgpu: 'WebGPU',
  wasm: 'WebAssembly',
  cpu: 'plain JavaScript',
};

/** What computes here. */
export function EngineLine() {
  const info = engineInfo.value;
  if (info === undefined) return <p class="engine">…</p>;
  const threads = info.threads === 1 ? 'one thread' : `${info.threads} threads`;
  return (
    <p class="engine" title={info.remark ?? ''}>
      {backendNames[info.backend] ?? info.backend}, {threads}
    </p>
  );
}
