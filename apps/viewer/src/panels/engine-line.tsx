import type { Compute, ComputeChoice } from '../engine/messages.js';
import { chooseCompute } from '../state/actions.js';
import { backendNames } from '../state/backend-names.js';
import { busy, compute, computeChoice } from '../state/store.js';

const choices: readonly (readonly [choice: ComputeChoice, label: string])[] = [
  ['auto', 'automatic'],
  ['webgpu', 'WebGPU'],
  ['wasm', 'WebAssembly'],
];

function words({ backend, threads }: Compute): string {
  const name = backendNames[backend] ?? backend;
  if (backend === 'webgpu') return name;
  return `${name}, ${threads === 1 ? 'one thread' : `${threads} threads`}`;
}

/** What computes here, why, and the choice of something else. */
export function EngineLine() {
  const { value: shown } = compute;
  if (shown === undefined) return <p class="engine">…</p>;
  return (
    <details class="engine">
      <summary>{words(shown)}</summary>
      <div class="panel">
        <label>
          Computes on
          <select
            value={computeChoice.value}
            disabled={busy.value !== undefined}
            onChange={(event) => void chooseCompute(event.currentTarget.value as ComputeChoice)}
          >
            {choices.map(([choice, label]) => (
              <option key={choice} value={choice}>
                {label}
              </option>
            ))}
          </select>
        </label>
        {shown.remarks.map((remark) => (
          <p key={remark} class="quiet">
            {remark}
          </p>
        ))}
      </div>
    </details>
  );
}
