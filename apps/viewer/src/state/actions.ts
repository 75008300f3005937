import { batch, effect } from '@preact/signals';
import { CancelledError, EngineClient } from '../engine/engine-client.js';
import type { ComputeChoice, CubeFormat, CubeInfo, Region } from '../engine/messages.js';
import { backendNames } from './backend-names.js';
import { saveFile, spectraCsv } from './save-file.js';
import * as store from './store.js';
import { decodeView, encodeView, type View } from './view-link.js';

const engine = new EngineClient(
  () => new Worker(new URL('../engine/engine.worker.ts', import.meta.url), { type: 'module' }),
  (done, total) => {
    const { startedAt } = store.job.value ?? { startedAt: performance.now() };
    store.job.value = { done, total, startedAt };
  },
  (compute) =>
    batch(() => {
      store.compute.value = compute;
      // What was chosen did not work; choosing it again is another try.
      store.computeChoice.value = 'auto';
    }),
  (text) => {
    // The worker took the cube with it.
    batch(() => {
      forget();
      store.photo.value = undefined;
      store.message.value = { kind: 'error', text: `${text} Open the picture again.` };
    });
  },
);

/** The view of a link that waits for its picture. */
let pending: View | undefined;
let nextPin = 0;

function forget(): void {
  store.cube.value = undefined;
  store.truth.value = undefined;
  store.scores.value = [];
  store.spectra.value = [];
  store.hover.value = undefined;
  store.pins.value = [];
  store.made.value = undefined;
  store.hasIntervals.value = false;
  store.besideKind.value = undefined;
  store.viewport.value = undefined;
  store.sceneSeed.value = undefined;
  store.playing.value = false;
}

/** Runs an action with words for the wait; errors become the page's message. */
async function attempt(words: string, action: () => Promise<void>): Promise<void> {
  if (store.busy.value !== undefined) return;
  store.busy.value = words;
  store.message.value = undefined;
  try {
    await action();
  } catch (error) {
    store.message.value =
      error instanceof CancelledError
        ? { kind: 'note', text: error.message }
        : { kind: 'error', text: error instanceof Error ? error.message : String(error) };
  } finally {
    batch(() => {
      store.busy.value = undefined;
      store.job.value = undefined;
    });
  }
}

/** Applies what a link says of a picture that is there now. */
function restore(info: CubeInfo): void {
  const view = pending;
  pending = undefined;
  if (view === undefined) return;
  const inside = (index: number) => index < info.wavelengths.length;
  batch(() => {
    if (view.layer !== undefined && store.layers.value.includes(view.layer))
      store.layerKind.value = view.layer;
    if (view.beside !== undefined && store.layers.value.includes(view.beside))
      store.besideKind.value = view.beside;
    if (view.divider !== undefined) store.divider.value = view.divider;
    if (view.band !== undefined && inside(view.band)) store.band.value = view.band;
    if (view.falseColour?.every(inside)) store.falseColour.value = view.falseColour;
    store.viewport.value = view.viewport;
    const regions = view.pins ?? [];
    store.pins.value = regions
      .filter(({ x, y, width, height }) => x + width <= info.width && y + height <= info.height)
      .map((region) => ({ id: nextPin++, region }));
  });
}

/** Bands nearest to red, green and blue light, for false colour and the first band shown. */
function chooseBands(wavelengths: readonly number[]): void {
  const nearest = (nm: number) =>
    wavelengths.reduce(
      (best, value, i) => (Math.abs(value - nm) < Math.abs(wavelengths[best]! - nm) ? i : best),
      0,
    );
  store.band.value = nearest(550);
  store.falseColour.value = [nearest(610), nearest(540), nearest(450)];
}

async function updateScores(): Promise<void> {
  store.scores.value = store.truth.value === undefined ? [] : await engine.call('scores', {});
}

async function reconstructNow(): Promise<void> {
  store.job.value = { done: 0, total: 0, startedAt: performance.now() };
  const { cube, seconds, weights, backend, intervals } = await engine.call('reconstruct', {
    weights: store.weights.value,
    uncertainty: store.uncertainty.value,
  });
  batch(() => {
    const isFirst = store.cube.value === undefined;
    store.cube.value = cube;
    store.hasIntervals.value = intervals;
    if (!intervals && store.layerKind.value === 'uncertainty') store.layerKind.value = 'band';
    store.made.value = `${weights} on ${backendNames[backend] ?? backend} in ${seconds.toFixed(seconds < 10 ? 1 : 0)}\u00a0s`;
    if (isFirst) {
      chooseBands(cube.wavelengths);
      store.layerKind.value = 'rendering';
    }
  });
  restore(cube);
  batch(() => {
    store.job.value = undefined;
    store.busy.value = 'Comparing';
  });
  await updateScores();
}

export const startEngine = () =>
  attempt('Starting', async () => {
    const { compute, weights } = await engine.call('start', { choice: store.computeChoice.value });
    store.compute.value = compute;
    store.weightsList.value = weights;
    const link = decodeView(location.hash);
    if (weights.some(({ name }) => name === link.weights)) store.weights.value = link.weights!;
    pending = link;
  }).then(() => {
    if (pending?.scene !== undefined) return openScene(pending.scene);
    return undefined;
  });

/** What the next reconstruction is computed on; where it does not work, the page goes on with what does. */
export const chooseCompute = (choice: ComputeChoice) =>
  attempt('Starting', async () => {
    store.computeChoice.value = choice;
    store.compute.value = (await engine.call('start', { choice })).compute;
  });

export const openPhoto = (file: Blob, name: string) =>
  attempt(`Reading ${name}`, async () => {
    const info = await engine.call('openPhoto', { file, name, largest: store.largest.value });
    batch(() => {
      forget();
      store.photo.value = info;
      store.layerKind.value = 'photo';
    });
    store.busy.value = 'Reconstructing';
    await reconstructNow();
  });

export const openScene = (seed: number) =>
  attempt('Making a scene', async () => {
    const { photo, truth } = await engine.call('openScene', { seed });
    batch(() => {
      forget();
      store.photo.value = photo;
      store.truth.value = truth;
      store.layerKind.value = 'photo';
      store.sceneSeed.value = seed;
    });
    store.busy.value = 'Reconstructing';
    await reconstructNow();
  });

export const reconstruct = () => attempt('Reconstructing', reconstructNow);

export const cancel = () => void engine.call('cancel', {});

export const openCube = (files: readonly File[]) =>
  attempt(`Reading ${files[0]?.name ?? ''}`, async () => {
    const info = await engine.call('openCube', { files });
    batch(() => {
      forget();
      store.photo.value = undefined;
      store.cube.value = info;
      chooseBands(info.wavelengths);
      store.layerKind.value = 'rendering';
    });
    restore(info);
  });

export const openTruth = (files: readonly File[]) =>
  attempt(`Reading ${files[0]?.name ?? ''}`, async () => {
    store.truth.value = await engine.call('openTruth', { files });
    await updateScores();
  });

export const closeTruth = () =>
  attempt('Closing', async () => {
    await engine.call('closeTruth', {});
    batch(() => {
      if (store.layerKind.value === 'truth' || store.layerKind.value === 'error')
        store.layerKind.value = 'rendering';
      store.truth.value = undefined;
      store.scores.value = [];
    });
  });

const CUBE_FILE = /\.(npy|npz|mat|h5|hdf5|hdr|img|dat|bil|bip|bsq|json)$/i;

/** Whatever was dropped, pasted or chosen: cubes are opened, pictures are reconstructed. */
export function openFiles(files: readonly File[]): Promise<void> {
  const [first] = files;
  if (first === undefined) return Promise.resolve();
  return files.some(({ name }) => CUBE_FILE.test(name)) ? openCube(files) : openPhoto(first, first.name);
}

export function addPin(region: Region): void {
  store.pins.value = [...store.pins.value, { id: nextPin++, region }];
}

export function removePin(id: number): void {
  store.pins.value = store.pins.value.filter((pin) => pin.id !== id);
}

export function stepBand(by: number): void {
  const count = store.cube.value?.wavelengths.length;
  if (count === undefined) return;
  batch(() => {
    store.band.value = (store.band.value + by + count) % count;
    if (!store.showsBand(store.layerKind.value)) store.layerKind.value = 'band';
  });
}

export const downloadCube = (format: CubeFormat) =>
  attempt('Writing the cube', async () => {
    for (const { name, bytes } of await engine.call('exportCube', { format })) saveFile(name, [bytes]);
  });

export function downloadSpectra(): void {
  const { cube, spectra } = store;
  if (cube.value === undefined || spectra.value.length === 0) return;
  saveFile(`${cube.value.name}.spectra.csv`, [spectraCsv(cube.value.wavelengths, spectra.value)]);
}

/** Address that shows the same view again; a photo has to be opened there first. */
export function linkToView(): string {
  const { sceneSeed, layerKind, besideLayer, divider, band, falseColour, pins, viewport, weights } = store;
  const view = encodeView({
    scene: sceneSeed.value,
    layer: layerKind.value,
    beside: besideLayer.value?.kind,
    divider: besideLayer.value === undefined ? undefined : divider.value,
    band: band.value,
    falseColour: falseColour.value,
    pins: pins.value.map(({ region }) => region),
    viewport: viewport.value,
    weights: weights.value,
  });
  return `${location.origin}${location.pathname}#${view}`;
}

/** A call that is made again when its argument changed meanwhile, and only then: the newest wins, none pile up. */
function latest<Argument>(run: (argument: Argument) => Promise<void>): (argument: Argument) => void {
  let isRunning = false;
  let waiting: { argument: Argument } | undefined;
  const next = async () => {
    isRunning = true;
    while (waiting !== undefined) {
      const { argument } = waiting;
      waiting = undefined;
      // What is shown may be gone by now (another file was opened): the next call paints that.
      await run(argument).catch(() => undefined);
    }
    isRunning = false;
  };
  return (argument) => {
    waiting = { argument };
    if (!isRunning) void next();
  };
}

const paint = latest(async (layer: typeof store.layer.value) => {
  const before = store.painting.value;
  store.painting.value = await engine.call('paint', layer);
  before?.bitmap.close();
});
const paintBeside = latest(async (layer: typeof store.besideLayer.value) => {
  const before = store.besidePainting.value;
  store.besidePainting.value = layer === undefined ? undefined : await engine.call('paint', layer);
  before?.bitmap.close();
});
const measure = latest(async (regions: readonly Region[]) => {
  store.spectra.value = await engine.call('spectra', regions);
});
const lookAt = latest(async ({ x, y }: { x: number; y: number }) => {
  const [spectrum] = await engine.call('spectra', [{ x, y, width: 1, height: 1 }]);
  store.hover.value = spectrum;
});

/** The spectrum under the pointer; undefined when it left the picture. */
export function hoverAt(place: { x: number; y: number } | undefined): void {
  if (place === undefined) store.hover.value = undefined;
  else if (store.cube.value !== undefined && store.busy.value === undefined) lookAt(place);
}

/** Pictures and spectra follow what is shown. */
export function followStore(): void {
  effect(() => {
    const [{ value: layer }, { value: layers }] = [store.layer, store.layers];
    // Read, so that the same layer of another picture is painted too.
    void [store.cube.value, store.photo.value, store.truth.value];
    if (layers.includes(layer.kind)) paint(layer);
  });
  effect(() => {
    void [store.cube.value, store.photo.value, store.truth.value];
    paintBeside(store.besideLayer.value);
  });
  effect(() => {
    const { value: pins } = store.pins;
    void store.truth.value;
    if (store.cube.value !== undefined && pins.length > 0) measure(pins.map(({ region }) => region));
    else store.spectra.value = [];
  });
  effect(() => {
    if (!store.playing.value) return undefined;
    const timer = setInterval(() => stepBand(1), 150);
    return () => clearInterval(timer);
  });
}
