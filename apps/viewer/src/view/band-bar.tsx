import { batch } from '@preact/signals';
import { band, cube, falseColour, layerKind, playing, showsBand } from '../state/store.js';

const nm = (value: number) => `${Number(value.toFixed(1))} nm`;

function BandSlider({ wavelengths }: { readonly wavelengths: readonly number[] }) {
  const show = (index: number) =>
    batch(() => {
      band.value = index;
      if (!showsBand(layerKind.value)) layerKind.value = 'band';
    });
  return (
    <div class="band">
      <button
        type="button"
        aria-pressed={playing.value}
        aria-label={playing.value ? 'Stop' : 'Play through the bands'}
        onClick={() => (playing.value = !playing.value)}
      >
        {playing.value ? '❚❚' : '▶'}
      </button>
      <input
        type="range"
        aria-label="Band"
        aria-valuetext={nm(wavelengths[band.value]!)}
        min={0}
        max={wavelengths.length - 1}
        value={band.value}
        onInput={(event) => show(event.currentTarget.valueAsNumber)}
      />
      <output class="wavelength">{nm(wavelengths[band.value]!)}</output>
    </div>
  );
}

function FalseColours({ wavelengths }: { readonly wavelengths: readonly number[] }) {
  return (
    <div class="band colours">
      {(['Red', 'Green', 'Blue'] as const).map((name, channel) => (
        <label key={name}>
          {name}
          <select
            value={falseColour.value[channel]}
            onChange={(event) => {
              const bands = [...falseColour.value] as [number, number, number];
              bands[channel] = Number(event.currentTarget.value);
              falseColour.value = bands;
            }}
          >
            {wavelengths.map((value, index) => (
              <option key={index} value={index}>
                {nm(value)}
              </option>
            ))}
          </select>
        </label>
      ))}
    </div>
  );
}

/** The band that is shown, with playback; three bands for false colour. */
export function BandBar() {
  const wavelengths = cube.value?.wavelengths;
  if (wavelengths === undefined) return null;
  return layerKind.value === 'false-colour' ? (
    <FalseColours wavelengths={wavelengths} />
  ) : (
    <BandSlider wavelengths={wavelengths} />
  );
}
