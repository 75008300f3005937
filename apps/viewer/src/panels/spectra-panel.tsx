import { useState } from 'preact/hooks';
import type { Region } from '../engine/messages.js';
import { addPin, removePin } from '../state/actions.js';
import { cube, message, pins } from '../state/store.js';
import { regionName } from '../state/save-file.js';
import { pinColour } from '../view/pin-colours.js';
import { SpectrumPlot } from './spectrum-plot.js';

/** `12,30` or `12,30,5,5`; undefined where it is neither, or leaves the picture. */
function parsePlace(text: string, info: { width: number; height: number }): Region | undefined {
  const numbers = text
    .split(/[\s,;]+/)
    .filter(Boolean)
    .map(Number);
  const [x, y, width = 1, height = 1] = numbers;
  const isPlace =
    (numbers.length === 2 || numbers.length === 4) &&
    numbers.every((value) => Number.isInteger(value) && value >= 0) &&
    width > 0 &&
    height > 0 &&
    x! + width <= info.width &&
    y! + height <= info.height;
  return isPlace ? { x: x!, y: y!, width, height } : undefined;
}

function PlaceForm({ info }: { readonly info: { width: number; height: number } }) {
  const [text, setText] = useState('');
  return (
    <form
      class="place-form"
      onSubmit={(event) => {
        event.preventDefault();
        const region = parsePlace(text, info);
        if (region === undefined) {
          message.value = {
            kind: 'error',
            text: `“${text}” is no place in the picture: wanted x,y or x,y,width,height within ${info.width} × ${info.height} pixels.`,
          };
          return;
        }
        addPin(region);
        setText('');
      }}
    >
      <label>
        x, y
        <input
          value={text}
          inputMode="numeric"
          placeholder="120,80 or 120,80,5,5"
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <button type="submit">Pin</button>
    </form>
  );
}

/** The spectra of the pins and of the place under the pointer. */
export function SpectraPanel() {
  const info = cube.value;
  if (info === undefined) return null;
  return (
    <section class="panel">
      <h2>Spectra</h2>
      <SpectrumPlot />
      {pins.value.length === 0 ? (
        <p class="quiet">Click the picture to pin a point; Shift and drag pins a region.</p>
      ) : (
        <ul class="pins">
          {pins.value.map(({ id, region }, i) => (
            <li key={id}>
              <span class="swatch" style={{ background: pinColour(i) }} />
              {regionName(region)}
              <button type="button" aria-label={`Remove ${regionName(region)}`} onClick={() => removePin(id)}>
                ×
              </button>
            </li>
          ))}
        </ul>
      )}
      <PlaceForm info={info} />
    </section>
  );
}
