import { layerKind, layers, type LayerKind } from '../state/store.js';

const labels: Readonly<Record<LayerKind, string>> = {
  photo: 'Photo',
  rendering: 'Cube in colour',
  band: 'One band',
  'false-colour': 'False colour',
  truth: 'Truth',
  error: 'Error',
  uncertainty: 'Uncertainty',
};

/** What of the cube is shown. */
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
    </fieldset>
  );
}
