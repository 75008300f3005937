import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { whyNoBrowser } from '@prismamba/testing/browser';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openViewer, reconstructScene, serveViewer, startBrowser, type Site } from './testing/open-viewer.js';

const reason = whyNoBrowser();

/** Waits until all that is kept for use without a network is kept. */
const kept = (page: Page) => page.evaluate(async () => void (await navigator.serviceWorker.ready));

describe.skipIf(reason !== undefined)(`hosting${reason ? ` (skipped: ${reason})` : ''}`, () => {
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

  it('restores a view from its link', async () => {
    const { page } = await openViewer(
      browser,
      `${site.url}#scene=4&layer=band&band=20&pins=3,4,1,1;10,20,5,6`,
    );
    await page.getByRole('radio', { name: 'One band', checked: true }).waitFor({ state: 'attached' });
    expect(await page.locator('.name').first().innerText()).toBe('synthetic scene 4');
    await expect.poll(() => page.locator('.wavelength').innerText()).toBe('600 nm');
    await expect.poll(() => page.locator('.pins li').count()).toBe(2);
    await page.getByRole('button', { name: 'Link to this view' }).click();
    await expect.poll(() => page.evaluate(() => location.hash)).toContain('scene=4');
    expect(await page.evaluate(() => location.hash)).toContain('pins=3,4,1,1;10,20,5,6');
    await page.context().close();
  });

  it.each([
    [
      'sends no headers: on one thread, then isolated by its service worker',
      false,
      'WebAssembly, one thread',
    ],
    ['isolates the page', true, / threads$/],
  ] as const)(
    'works without a network after the first visit where the host %s',
    async (_, isolated, first) => {
      const host = await serveViewer(isolated);
      const { page, errors } = await openViewer(browser, host.url);
      try {
        expect(await page.locator('.engine summary').innerText()).toMatch(first);
        await reconstructScene(page);
        // All that a first visit loads, the files for use offline included.
        await kept(page);
        console.log(`first visit: ${(host.compressedBytes() / 1e6).toFixed(2)} MB compressed`);
        expect(host.compressedBytes()).toBeLessThan(1.5e6);
        await page.context().setOffline(true);
        await page.reload();
        await page.locator('.engine summary').filter({ hasText: 'threads' }).waitFor();
        await reconstructScene(page);
        expect(errors).toEqual([]);
      } finally {
        await page.context().close();
        await host.close();
      }
    },
  );

  it('allows no other host, no inline script and no eval', async () => {
    const { page, hosts, errors } = await openViewer(browser, site.url);
    const policy = /Content-Security-Policy"\s+content="([^"]+)"/.exec(
      readFileSync(join(import.meta.dirname, '../index.html'), 'utf8'),
    )![1]!;
    const scripts = policy.split(';').find((rule) => rule.trim().startsWith('script-src'))!;
    expect(scripts).toContain("'wasm-unsafe-eval'");
    expect(scripts).not.toContain("'unsafe-eval'");
    expect(scripts).not.toContain("'unsafe-inline'");
    // The policy holds on the page as it is served: each of these is refused.
    const refused = await page.evaluate(async () => {
      // What the test itself evaluates is exempt until it first waits.
      await new Promise((resolve) => setTimeout(resolve));
      const evaluated = () => {
        try {
          return (0, eval)('1 + 1') as number;
        } catch {
          return 'refused';
        }
      };
      const asked = () =>
        fetch('https://example.org/').then(
          () => 'answered',
          () => 'refused',
        );
      const script = document.createElement('script');
      script.textContent = 'globalThis.ran = true';
      document.head.append(script);
      return [evaluated(), await asked(), 'ran' in globalThis ? 'ran' : 'refused'];
    });
    expect(refused).toEqual(['refused', 'refused', 'refused']);
    expect([...hosts].filter((host) => host !== new URL(site.url).host)).toEqual([]);
    expect(errors.every((error) => /Content Security Policy/.test(error))).toBe(true);
    await page.context().close();
  });
});
