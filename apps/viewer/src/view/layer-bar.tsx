import { besideKind, layerKind, layers, type LayerKind } from '../state/store.js';

const labels: Readonly<Record<LayerKind, string>> = {
  photo: 'Photo',
  rendering: 'Cube in colour',
  band: 'One band',
  'false-colour': 'False colour',
  truth: 'Truth',
  error: 'Error',
  uncertainty: 'Uncertainty',
};

/** What of the cube is shown, and beside what. */
export function LayerBar() {
  return (
    <fieldset class="layers">
      <legend class="unseen">What is shown</legend>
      {layers.value.map((kind) => (
        <label key={kind}>
          <input
            type="radio"
            name="layer"
            value={kind}
            checked={layerKind.value === kind}
            onChange={() => (layerKind.value = kind)}
          />
          <span>{labels[kind]}</span>
        </label>
      ))}
      {layers.value.length > 1 && (
        <label class="beside">
          Compare with
          <select
            value={besideKind.value ?? ''}
            onChange={(event) =>
              (besideKind.value = (event.currentTarget.value || undefined) as LayerKind | undefined)
            }
          >
            <option value="">nothing</option>
            {layers.value.map((kind) => (
              <option key={kind} value={kind}>
                {labels[kind]}
              </option>
            ))}
          </select>
        </label>
      )}
    </fieldset>
  );
}
