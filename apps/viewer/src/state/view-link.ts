import type { Region } from '../engine/messages.js';
import type { LayerKind, Viewport } from './store.js';

/** What a link restores. Pictures are not part of it: they never leave the machine. */
export interface View {
  readonly scene?: number | undefined;
  readonly layer?: LayerKind | undefined;
  readonly beside?: LayerKind | undefined;
  /** 0 to 1. */
  readonly divider?: number | undefined;
  readonly band?: number | undefined;
  readonly falseColour?: readonly [number, number, number] | undefined;
  readonly pins?: readonly Region[] | undefined;
  readonly viewport?: Viewport | undefined;
  readonly weights?: string | undefined;
}

const layerKinds: readonly LayerKind[] = [
  'photo',
  'rendering',
  'band',
  'false-colour',
  'truth',
  'error',
  'uncertainty',
];

const short = (value: number) => String(Number(value.toPrecision(6)));

/** The part of an address after `#`. */
export function encodeView(view: View): string {
  const fields = new URLSearchParams();
  const set = (name: string, value: string | undefined) => {
    if (value !== undefined) fields.set(name, value);
  };
  set('scene', view.scene?.toString());
  set('layer', view.layer);
  set('beside', view.beside);
  set('divider', view.divider === undefined ? undefined : short(view.divider));
  set('band', view.band?.toString());
  set('colours', view.falseColour?.join(','));
  if (view.pins !== undefined && view.pins.length > 0) {
    set('pins', view.pins.map(({ x, y, width, height }) => [x, y, width, height].join(',')).join(';'));
  }
  if (view.viewport !== undefined) {
    const { scale, x, y } = view.viewport;
    set('view', [scale, x, y].map(short).join(','));
  }
  set('weights', view.weights);
  return fields.toString().replaceAll('%2C', ',').replaceAll('%3B', ';').replaceAll('%2F', '/');
}

/** Numbers of a list of fixed length; undefined where anything is no number. */
function numbers(text: string | null, count: number): number[] | undefined {
  const values = (text ?? '').split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  return values.length === count && values.every(Number.isFinite) ? values : undefined;
}

const whole = (text: string | null) => {
  const value = numbers(text, 1)?.[0];
  return value !== undefined && Number.isInteger(value) && value >= 0 ? value : undefined;
};

/** Reads a link; what cannot be read is left out, since a link may be of another version or cut. */
export function decodeView(hash: string): View {
  const fields = new URLSearchParams(hash.replace(/^#/, ''));
  const viewport = numbers(fields.get('view'), 3);
  const divider = numbers(fields.get('divider'), 1)?.[0];
  const pins = (fields.get('pins') ?? '')
    .split(';')
    .map((text) => numbers(text, 4))
    .filter(
      (values) => values !== undefined && values.every((value) => Number.isInteger(value) && value >= 0),
    )
    .map((values) => ({ x: values![0]!, y: values![1]!, width: values![2]!, height: values![3]! }))
    .filter(({ width, height }) => width > 0 && height > 0);
  return {
    scene: whole(fields.get('scene')),
    layer: layerKinds.find((kind) => kind === fields.get('layer')),
    beside: layerKinds.find((kind) => kind === fields.get('beside')),
    divider: divider !== undefined && divider >= 0 && divider <= 1 ? divider : undefined,
    band: whole(fields.get('band')),
    falseColour: numbers(fields.get('colours'), 3) as [number, number, number] | undefined,
    pins,
    viewport:
      viewport !== undefined && viewport[0]! > 0
        ? { scale: viewport[0]!, x: viewport[1]!, y: viewport[2]! }
        : undefined,
    weights: fields.get('weights') ?? undefined,
  };
}
