import { size, viewport, type Viewport } from '../state/store.js';

/** The frame of the picture on the page, in CSS pixels; the picture's view tells it. */
export const frame = { width: 1, height: 1 };

const LARGEST_SCALE = 64;

/** The whole picture in the middle of the frame. */
export function fitted(): Viewport {
  const { width, height } = size.value ?? { width: 1, height: 1 };
  return { scale: Math.min(frame.width / width, frame.height / height), x: width / 2, y: height / 2 };
}

export const shown = (): Viewport => viewport.value ?? fitted();

/** Where a point of the frame lies in the picture, in its pixels. */
export function toPicture(left: number, top: number): { x: number; y: number } {
  const { scale, x, y } = shown();
  return { x: x + (left - frame.width / 2) / scale, y: y + (top - frame.height / 2) / scale };
}

/** Keeps the middle of the frame on the picture, and the scale sensible. */
function limited({ scale, x, y }: Viewport): Viewport {
  const { width, height } = size.value ?? { width: 1, height: 1 };
  const least = Math.min(fitted().scale, 1);
  return {
    scale: Math.min(LARGEST_SCALE, Math.max(least, scale)),
    x: Math.min(width, Math.max(0, x)),
    y: Math.min(height, Math.max(0, y)),
  };
}

/** Zooms so that the point of the frame stays where it is; the middle unless told. */
export function zoomBy(factor: number, left = frame.width / 2, top = frame.height / 2): void {
  const before = shown();
  const fixed = toPicture(left, top);
  const { scale } = limited({ ...before, scale: before.scale * factor });
  viewport.value = limited({
    scale,
    x: fixed.x - (left - frame.width / 2) / scale,
    y: fixed.y - (top - frame.height / 2) / scale,
  });
}

/** Moves the picture by screen pixels. */
export function panBy(left: number, top: number): void {
  const before = shown();
  viewport.value = limited({
    ...before,
    x: before.x - left / before.scale,
    y: before.y - top / before.scale,
  });
}
