import { whyNoBrowser } from '@prismamba/testing/browser';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibility, overflow, picture } from './testing/looks.js';
import {
  idle,
  openViewer,
  reconstructScene,
  serveViewer,
  startBrowser,
  type Site,
} from './testing/open-viewer.js';
import { choose, file, testPhoto } from './testing/page-tools.js';

const reason = whyNoBrowser();

const sizes = {
  wall: { width: 3840, height: 2160 },
  wide: { width: 1280, height: 800 },
  narrow: { width: 390, height: 844 },
  smallest: { width: 360, height: 640 },
} as const;

/** Each size in each colour scheme: nothing wider than the window, no serious finding. Pictures of what a page may show. */
async function look(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const [size, viewport] of Object.entries(sizes)) {
      await page.setViewportSize(viewport);
      expect(await overflow(page), `${name}, ${size}`).toBe(0);
      await picture(page, `${name}-${size}-${colorScheme}`, size !== 'wall');
    }
    expect(await accessibility(page), `${name}, ${colorScheme}`).toEqual([]);
  }
  await page.setViewportSize(sizes.wide);
}

describe.skipIf(reason !== undefined)(`layout${reason ? ` (skipped: ${reason})` : ''}`, () => {
  let browser: Browser;
  let site: Site;
  beforeAll(async () => {
    site = await serveViewer(true);
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  it('is right while nothing is open, with what computes unfolded', async () => {
    const { page } = await openViewer(browser, site.url);
    await look(page, 'empty');
    await page.locator('.engine summary').click();
    await look(page, 'engine');
    await page.context().close();
  });

  it('is right with spectra, scores, a comparison and the keys', async () => {
    const { page } = await openViewer(browser, `${site.url}#scene=1&pins=60,70,1,1;150,120,30,24;200,40,1,1`);
    await page.getByText('Cube .npy').waitFor();
    await idle(page);
    await page.getByLabel('Compare with').selectOption('photo');
    await page.getByText('Keys', { exact: true }).click();
    await look(page, 'scene');
    await page.context().close();
  });

  it('is right with names and messages that are longer than any line, and moves nothing by itself where that is wanted', async () => {
    const { page } = await openViewer(browser, site.url, { reducedMotion: 'reduce' });
    const name = 'IMG_20261129_103000_a-name-that-is-much-longer-than-any-line-of-this-page-'.repeat(3);
    await choose(page, file(`${name}.png`, testPhoto(40, 60)));
    await page.getByText('Cube .npy').waitFor();
    await idle(page);
    await choose(page, file(`${name}.npz`, 'PK'));
    await page.getByRole('alert').getByText('a-name-that').waitFor();
    await look(page, 'long');
    const moving = await page.evaluate(() => document.getAnimations().length);
    expect(moving).toBe(0);
    await reconstructScene(page);
    await page.context().close();
  });
});
