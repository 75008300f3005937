import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeNpy } from '@prismamba/formats';
import { whyNoBrowser } from '@prismamba/testing/browser';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idle, openViewer, pointOf, serveViewer, startBrowser, type Site } from './testing/open-viewer.js';
import {
  calmestLongest,
  choose,
  countFrames,
  file,
  framesUntilNow,
  frameWords,
  middleGap,
  testPhoto,
} from './testing/page-tools.js';

const reason = whyNoBrowser();

/** 12 megapixels in four bands: [3000, 4000, 4], bytes. */
function largeCube(): Uint8Array {
  const shape = [3000, 4000, 4] as const;
  const data = Uint8Array.from(
    { length: shape[0] * shape[1] * shape[2] },
    (_, i) => ((i >> 2) * 7 + (i & 3) * 50) & 255,
  );
  return writeNpy({ dtype: 'uint8', shape, data });
}

describe.skipIf(reason !== undefined)(`frames${reason ? ` (skipped: ${reason})` : ''}`, () => {
  let browser: Browser;
  let site: Site;
  const folder = mkdtempSync(join(tmpdir(), 'prismamba-viewer-frames-'));
  const large = join(folder, 'large.npy');
  beforeAll(async () => {
    writeFileSync(large, largeCube());
    site = await serveViewer(true);
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
    rmSync(folder, { recursive: true });
  });

  it('the page stays awake while a picture of 512 x 512 is reconstructed', async () => {
    const { page } = await openViewer(browser, site.url);
    await choose(page, file('photo.png', testPhoto(512, 512)));
    // Only now: putting the file into the page is this test's own work there, by a tenth of a second.
    await countFrames(page);
    await page.locator('.made').waitFor();
    await idle(page);
    const gaps = await framesUntilNow(page);
    const made = await page.locator('.made').innerText();
    console.log(`reconstructing 512 x 512 (${made}): ${frameWords(gaps)}`);
    expect(calmestLongest(gaps)).toBeLessThan(100);
    await page.context().close();
  });

  it('stops when told', async () => {
    const { page } = await openViewer(browser, site.url);
    await choose(page, file('large.png', testPhoto(1200, 1200)));
    await page.getByText(/tile [1-9]\d* of/).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await expect.poll(() => page.locator('.messages').innerText()).toContain('cancelled');
    await page.getByRole('button', { name: 'Reconstruct', exact: true }).waitFor();
    await page.context().close();
  });

  it('zoom, moving, bands and the divider follow the hand at 12 megapixels', async () => {
    const { page, errors } = await openViewer(browser, site.url);
    await page.locator('input[type=file]').first().setInputFiles(large);
    await page.getByRole('radio', { name: 'One band' }).check();
    await idle(page);
    const middle = await pointOf(page, 0.5, 0.5);
    const view = () => page.evaluate(() => document.querySelector('canvas')!.toDataURL().length);
    const before = await view();
    await countFrames(page);
    const measured = async (what: string, actions: (page: Page) => Promise<void>) => {
      await framesUntilNow(page);
      await actions(page);
      const gaps = await framesUntilNow(page);
      console.log(`${what} at 12 megapixels: ${frameWords(gaps)}`);
      expect(middleGap(gaps), what).toBeLessThan(100);
    };
    await page.mouse.move(middle.x, middle.y);
    await measured('zoom', async ({ mouse }) => {
      for (let i = 0; i < 40; i++) await mouse.wheel(0, i < 25 ? -60 : 60);
    });
    await measured('moving', async ({ mouse }) => {
      await mouse.down();
      await mouse.move(middle.x - 150, middle.y + 90, { steps: 30 });
      await mouse.move(middle.x + 100, middle.y - 50, { steps: 30 });
      await mouse.up();
    });
    await page.getByLabel('Compare with').selectOption('false-colour');
    const divider = page.getByLabel('Divider of the comparison');
    await measured('the divider', async ({ keyboard }) => {
      await divider.focus();
      for (let i = 0; i < 40; i++) await keyboard.press(i < 20 ? 'ArrowRight' : 'ArrowLeft');
    });
    await measured('the slider of bands', async ({ keyboard }) => {
      await page.getByLabel('Band', { exact: true }).focus();
      for (let i = 0; i < 8; i++) await keyboard.press(i % 4 < 2 ? 'ArrowLeft' : 'ArrowRight');
    });
    expect(await view()).not.toBe(before);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('says what finds no room before memory is taken, and goes on', async () => {
    const { page } = await openViewer(browser, site.url);
    const alert = () => page.getByRole('alert').innerText();
    // A header that claims 4 gigapixels, and nothing behind it.
    const claims = Buffer.from(testPhoto(8, 8));
    claims.writeUInt32BE(65_536, 16);
    claims.writeUInt32BE(65_536, 20);
    await choose(page, file('huge.png', claims));
    await expect
      .poll(alert)
      .toMatch(/Too little memory: huge\.png \(65536 x 65536 pixels\) takes 17\.\d GB, .* Make it smaller/);
    // A machine with little memory.
    const worker = page.workers().find((one) => one.url().includes('engine.worker'))!;
    await worker.evaluate(() => Object.defineProperty(navigator, 'deviceMemory', { get: () => 0.125 }));
    await page.locator('input[type=file]').first().setInputFiles(large);
    await expect
      .poll(alert)
      .toMatch(/Too little memory: large\.npy takes 96 MB, and this page may take 81 MB .* Save a part/);
    await choose(page, file('photo.png', testPhoto(900, 900)));
    await expect
      .poll(alert)
      .toMatch(
        /the cube of photo\.png \(900 x 900 pixels\) takes 100 MB, .* Choose a smaller “largest picture”/,
      );
    await page.getByLabel('Largest picture').selectOption('1 megapixel');
    await choose(page, file('photo.png', testPhoto(20, 24)));
    await page.getByRole('button', { name: 'Cube .npy' }).waitFor();
    await page.context().close();
  });
});
