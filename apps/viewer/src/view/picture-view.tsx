import { effect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Region } from '../engine/messages.js';
import { addPin, hoverAt } from '../state/actions.js';
import {
  besideLayer,
  besidePainting,
  cube,
  divider,
  hover,
  painting,
  pins,
  size,
  viewport,
} from '../state/store.js';
import { pinColour } from './pin-colours.js';
import { ScaleBar } from './scale-bar.js';
import { frame, panBy, shown, toPicture, zoomBy } from './viewport.js';

/** Movements below this are clicks. */
const CLICK_PIXELS = 4;

function draw(canvas: HTMLCanvasElement, dragged: Region | undefined): void {
  const context = canvas.getContext('2d')!;
  const ratio = devicePixelRatio;
  const { scale, x, y } = shown();
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, canvas.width, canvas.height);
  const bitmap = painting.value?.bitmap;
  const info = size.value;
  if (bitmap === undefined || info === undefined) return;
  const left = frame.width / 2 - x * scale;
  const top = frame.height / 2 - y * scale;
  // Single pixels stay single when they are large, and are averaged when they are small.
  context.imageSmoothingEnabled = scale * ratio < 2;
  const beside = besidePainting.value?.bitmap;
  const edge = beside === undefined ? 0 : divider.value * frame.width;
  // Each picture on its side only: drawing 12 megapixels twice would be seen.
  const drawBetween = (image: ImageBitmap, from: number, to: number) => {
    context.save();
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.beginPath();
    context.rect(from, 0, to - from, frame.height);
    context.clip();
    context.setTransform(scale * ratio, 0, 0, scale * ratio, left * ratio, top * ratio);
    context.drawImage(image, 0, 0, info.width, info.height);
    context.restore();
  };
  drawBetween(bitmap, edge, frame.width);
  if (beside !== undefined) drawBetween(beside, 0, edge);
  context.setTransform(ratio, 0, 0, ratio, left * ratio, top * ratio);
  const mark = (region: Region, colour: string) => {
    const half = region.width * region.height === 1 ? 3.5 : 0;
    const box = [
      region.x * scale - half,
      region.y * scale - half,
      region.width * scale + 2 * half,
      region.height * scale + 2 * half,
    ] as const;
    // A light line inside a dark one: seen on any picture.
    context.lineWidth = 4;
    context.strokeStyle = '#000a';
    context.strokeRect(...box);
    context.lineWidth = 2;
    context.strokeStyle = colour;
    context.strokeRect(...box);
  };
  pins.value.forEach(({ region }, i) => mark(region, pinColour(i)));
  if (dragged !== undefined) mark(dragged, '#ffffff');
  if (beside === undefined) return;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.fillStyle = '#000a';
  context.fillRect(edge - 2, 0, 4, frame.height);
  context.fillStyle = '#ffffff';
  context.fillRect(edge - 1, 0, 2, frame.height);
}

/** The rectangle between two points of the picture, in whole pixels inside it. */
function regionBetween(a: { x: number; y: number }, b: { x: number; y: number }): Region | undefined {
  const info = size.value;
  if (info === undefined) return undefined;
  const clamp = (value: number, high: number) => Math.min(high, Math.max(0, Math.floor(value)));
  const [x0, x1] = [clamp(Math.min(a.x, b.x), info.width - 1), clamp(Math.max(a.x, b.x), info.width - 1)];
  const [y0, y1] = [clamp(Math.min(a.y, b.y), info.height - 1), clamp(Math.max(a.y, b.y), info.height - 1)];
  return { x: x0, y: y0, width: x1 - x0 + 1, height: y1 - y0 + 1 };
}

const isInside = ({ x, y }: { x: number; y: number }) =>
  size.value !== undefined && x >= 0 && y >= 0 && x < size.value.width && y < size.value.height;

/** Connects pointers to the view: drag moves, wheel and pinch zoom, click pins a point, drag with Shift pins a region. */
function connect(canvas: HTMLCanvasElement): () => void {
  const pointers = new Map<number, { left: number; top: number }>();
  let start: { left: number; top: number; region: boolean } | undefined;
  let moved = false;
  let dragged: Region | undefined;
  let requested = false;
  const redraw = () => {
    if (requested) return;
    requested = true;
    requestAnimationFrame(() => {
      requested = false;
      draw(canvas, dragged);
    });
  };
  const place = (event: MouseEvent) => {
    const box = canvas.getBoundingClientRect();
    return { left: event.clientX - box.left, top: event.clientY - box.top };
  };
  const spread = () => {
    const [a, b] = [...pointers.values()];
    return a === undefined || b === undefined ? undefined : Math.hypot(a.left - b.left, a.top - b.top);
  };
  const onDown = (event: PointerEvent) => {
    canvas.setPointerCapture(event.pointerId);
    const at = place(event);
    pointers.set(event.pointerId, at);
    start = { ...at, region: event.shiftKey };
    moved = pointers.size > 1;
  };
  const onMove = (event: PointerEvent) => {
    const at = place(event);
    const before = pointers.get(event.pointerId);
    if (before === undefined || start === undefined) {
      const point = toPicture(at.left, at.top);
      hoverAt(isInside(point) ? { x: Math.floor(point.x), y: Math.floor(point.y) } : undefined);
      return;
    }
    const distance = spread();
    pointers.set(event.pointerId, at);
    moved ||= Math.hypot(at.left - start.left, at.top - start.top) > CLICK_PIXELS;
    if (distance !== undefined) zoomBy((spread() ?? distance) / distance, at.left, at.top);
    else if (start.region) {
      dragged = regionBetween(toPicture(start.left, start.top), toPicture(at.left, at.top));
      redraw();
    } else if (moved) panBy(at.left - before.left, at.top - before.top);
  };
  const onUp = (event: PointerEvent) => {
    const at = place(event);
    pointers.delete(event.pointerId);
    const point = toPicture(at.left, at.top);
    if (dragged !== undefined) addPin(dragged);
    else if (!moved && cube.value !== undefined && event.type === 'pointerup' && isInside(point)) {
      addPin({ x: Math.floor(point.x), y: Math.floor(point.y), width: 1, height: 1 });
    }
    dragged = undefined;
    if (pointers.size === 0) start = undefined;
    redraw();
  };
  const onLeave = () => hoverAt(undefined);
  const onWheel = (event: WheelEvent) => {
    event.preventDefault();
    const { left, top } = place(event);
    zoomBy(Math.exp(-event.deltaY / 400), left, top);
  };
  const resize = new ResizeObserver(() => {
    const { width, height } = canvas.getBoundingClientRect();
    Object.assign(frame, { width, height });
    canvas.width = Math.round(width * devicePixelRatio);
    canvas.height = Math.round(height * devicePixelRatio);
    draw(canvas, dragged);
  });
  resize.observe(canvas);
  canvas.addEventListener('pointerdown', onDown);
  canvas.addEventListener('pointermove', onMove);
  canvas.addEventListener('pointerup', onUp);
  canvas.addEventListener('pointercancel', onUp);
  canvas.addEventListener('pointerleave', onLeave);
  canvas.addEventListener('wheel', onWheel, { passive: false });
  const stop = effect(() => {
    void [painting.value, besidePainting.value, divider.value, pins.value, viewport.value, size.value];
    redraw();
  });
  return () => {
    resize.disconnect();
    stop();
  };
}

/** The picture with its pins, and what lies under the pointer. */
export function PictureView() {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => connect(canvas.current!), []);
  const info = size.value!;
  const at = hover.value?.region;
  return (
    <div class="picture">
      <canvas
        ref={canvas}
        role="img"
        aria-label={`${info.name}, ${info.width} by ${info.height} pixels`}
        title={
          cube.value === undefined
            ? ''
            : 'Click pins a point, Shift and drag a region; drag moves, the wheel zooms'
        }
      />
      {besideLayer.value !== undefined && (
        <input
          type="range"
          class="divider"
          aria-label="Divider of the comparison"
          aria-valuetext={`${Math.round(100 * divider.value)} % of the width`}
          min={0}
          max={1}
          step={0.005}
          value={divider.value}
          onInput={(event) => (divider.value = event.currentTarget.valueAsNumber)}
        />
      )}
      <div class="under-picture">
        <ScaleBar />
        <output class="place">{at === undefined ? '' : `x ${at.x}, y ${at.y}`}</output>
        <div class="zoom" role="group" aria-label="Zoom">
          <button type="button" onClick={() => zoomBy(1 / 1.5)} aria-label="Zoom out">
            −
          </button>
          <button type="button" onClick={() => (viewport.value = undefined)}>
            Fit
          </button>
          <button type="button" onClick={() => zoomBy(1.5)} aria-label="Zoom in">
            +
          </button>
        </div>
      </div>
    </div>
  );
}
