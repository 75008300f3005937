import { cancel, reconstruct } from '../state/actions.js';
import {
  busy,
  cube,
  job,
  largest,
  made,
  photo,
  size,
  uncertainty,
  weights,
  weightsList,
} from '../state/store.js';
import { OpenButtons } from './open-buttons.js';

const sizes: readonly (readonly [pixels: number, label: string])[] = [
  [1e6, '1 megapixel'],
  [4e6, '4 megapixels'],
  [12.5e6, '12 megapixels'],
  [Number.MAX_SAFE_INTEGER, 'any size'],
];

/** Rest of the time, from what the tiles took so far. */
function remaining({ done, total, startedAt }: { done: number; total: number; startedAt: number }): string {
  if (done < 1) return '';
  const seconds = ((performance.now() - startedAt) / 1000 / done) * (total - done);
  return seconds < 60 ? `, ${Math.ceil(seconds)} s left` : `, ${Math.ceil(seconds / 60)} min left`;
}

function Progress() {
  const { value: words } = busy;
  if (words === undefined) return null;
  const { value: running } = job;
  return (
    <div class="progress">
      <progress
        aria-label={words}
        {...(running === undefined || running.total === 0 ? {} : { value: running.done, max: running.total })}
      />
      <p role="status">
        {words}
        {running === undefined || running.total === 0
          ? ' …'
          : `: tile ${running.done} of ${running.total}${remaining(running)}`}
      </p>
      {running !== undefined && (
        <button type="button" onClick={cancel}>
          Cancel
        </button>
      )}
    </div>
  );
}

/** The picture, the weights, and the reconstruction. */
export function PicturePanel() {
  const info = size.value;
  if (info === undefined) return null;
  const notes = [...(photo.value?.notes ?? []), ...(cube.value?.notes ?? [])];
  return (
    <section class="panel">
      <h2>Picture</h2>
      <p class="name" title={info.name}>
        {info.name}
      </p>
      <p class="quiet">
        {info.width} × {info.height} pixels
        {cube.value === undefined ? '' : `, ${cube.value.wavelengths.length} bands`}
        {made.value !== undefined && (
          <>
            ; <span class="made">{made.value}</span>
          </>
        )}
      </p>
      {notes.length > 0 && (
        <ul class="notes">
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      <OpenButtons />
      <div class="fields">
        <label>
          Weights
          <select value={weights.value} onChange={(event) => (weights.value = event.currentTarget.value)}>
            {weightsList.value.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <label>
          Largest picture
          <select
            value={largest.value}
            onChange={(event) => (largest.value = Number(event.currentTarget.value))}
          >
            {sizes.map(([pixels, label]) => (
              <option key={pixels} value={pixels}>
                {label}
              </option>
            ))}
          </select>
        </label>
      </div>
      <label class="check">
        <input
          type="checkbox"
          checked={uncertainty.value}
          onChange={(event) => (uncertainty.value = event.currentTarget.checked)}
        />
        Uncertainty: 90 % intervals, eight times the work
      </label>
      {photo.value !== undefined && busy.value === undefined && (
        <button type="button" onClick={() => void reconstruct()}>
          {cube.value === undefined ? 'Reconstruct' : 'Reconstruct again'}
        </button>
      )}
      <Progress />
    </section>
  );
}
