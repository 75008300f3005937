import { readFileSync } from 'node:fs';
import { writePng } from '@prismamba/formats';
import type { Page } from 'playwright-core';

/** A smooth picture with fine detail, so that a shift by a pixel is seen. */
export function testPhoto(height: number, width: number): Uint8Array {
  const data = Uint8Array.from({ length: 3 * height * width }, (_, i) => {
    const pixel = Math.floor(i / 3);
    const [x, y, c] = [pixel % width, Math.floor(pixel / width), i % 3];
    return 128 + 90 * Math.sin(x / (7 + c) + y / 11) + ((x * y) % 23);
  });
  return writePng({ height, width, channels: 3, bitDepth: 8, data });
}

export const file = (name: string, bytes: Uint8Array | string) => ({
  name,
  mimeType: 'application/octet-stream',
  buffer: Buffer.from(bytes),
});

export const choose = (page: Page, ...files: ReturnType<typeof file>[]) =>
  page.locator('input[type=file]').first().setInputFiles(files);

export async function download(page: Page, button: string, count = 1): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const all = new Promise<void>((resolve, reject) => {
    page.on('download', (item) => {
      item
        .path()
        .then((path) => {
          files.set(item.suggestedFilename(), readFileSync(path));
          if (files.size === count) resolve();
        })
        .catch(reject);
    });
  });
  await page.getByRole('button', { name: button }).click();
  await all;
  page.removeAllListeners('download');
  return files;
}

/** Counts frames until `framesUntilNow` asks for them. */
export const countFrames = (page: Page) =>
  page.evaluate(() => {
    const gaps: number[] = [];
    let last = performance.now();
    const frame = (now: number) => {
      gaps.push(now - last);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    Object.assign(globalThis, { frameGaps: gaps });
  });

/** Milliseconds between two frames, each since the last call. */
export const framesUntilNow = (page: Page): Promise<number[]> =>
  page.evaluate(() => (globalThis as unknown as { frameGaps: number[] }).frameGaps.splice(0));

/** What half of the times between frames stay below: a busy machine delays some frames, slow drawing all of them. */
export const middleGap = (gaps: readonly number[]): number =>
  [...gaps].sort((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? 0;

/** One line about times between frames. */
export function frameWords(gaps: readonly number[]): string {
  const sorted = [...gaps].sort((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0);
  const slow = gaps.filter((gap) => gap > 100).length;
  return `${gaps.length} frames, ${at(0.5)} ms between two in the middle, ${at(0.95)} ms in the slowest twentieth, ${at(1)} ms at most; ${slow} above 100 ms`;
}

/**
 * The longest time between two frames in the calmest part of a second. A page that waits for its work freezes in all of them; one
 * on a busy machine in some.
 */
export function calmestLongest(gaps: readonly number[]): number {
  const parts: number[] = [];
  let [time, longest] = [0, 0];
  for (const gap of gaps) {
    time += gap;
    longest = Math.max(longest, gap);
    if (time < 1000) continue;
    parts.push(longest);
    [time, longest] = [0, 0];
  }
  return Math.min(...parts, ...(parts.length === 0 ? [longest] : []));
}
