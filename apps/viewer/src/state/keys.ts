import { panBy, zoomBy } from '../view/viewport.js';
import { stepBand } from './actions.js';
import { cube, playing, viewport } from './store.js';

/** Screen pixels that one key moves the picture by. */
const STEP = 60;

interface KeyAction {
  readonly run: () => void;
  /** True where controls (buttons, sliders, radio buttons) have their own use for the key. */
  readonly shared: boolean;
}

const own = (run: () => void): KeyAction => ({ run, shared: false });
const shared = (run: () => void): KeyAction => ({ run, shared: true });

const actions: Readonly<Record<string, KeyAction>> = {
  ArrowLeft: shared(() => stepBand(-1)),
  ArrowRight: shared(() => stepBand(1)),
  ' ': shared(() => {
    playing.value = cube.value !== undefined && !playing.value;
  }),
  'Shift+ArrowLeft': shared(() => panBy(STEP, 0)),
  'Shift+ArrowRight': shared(() => panBy(-STEP, 0)),
  'Shift+ArrowUp': shared(() => panBy(0, STEP)),
  'Shift+ArrowDown': shared(() => panBy(0, -STEP)),
  '+': own(() => zoomBy(1.5)),
  '-': own(() => zoomBy(1 / 1.5)),
  '0': own(() => {
    viewport.value = undefined;
  }),
};

/** What the page's keys do, for people. */
export const keyList: readonly (readonly [keys: string, does: string])[] = [
  ['← →', 'band before, band after'],
  ['Space', 'plays through the bands, stops'],
  ['+ − 0', 'larger, smaller, whole picture'],
  ['Shift with an arrow', 'moves the picture'],
];

/** Fields that take any character, and what has the focus and its own keys. */
const TYPING = 'input:not([type="range"], [type="radio"], [type="checkbox"]), textarea, select, dialog';
const CONTROL = `${TYPING}, input, button, summary`;

export function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const isArrow = event.key.startsWith('Arrow');
  const action = actions[event.shiftKey && isArrow ? `Shift+${event.key}` : event.key];
  if (action === undefined) return;
  const { target } = event;
  if (target instanceof HTMLElement && target.closest(action.shared ? CONTROL : TYPING) !== null) return;
  event.preventDefault();
  action.run();
}
