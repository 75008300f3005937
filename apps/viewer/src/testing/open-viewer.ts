import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { findChromium } from '@prismamba/testing/browser';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { isolation } from '../../build/isolation.js';

const built = join(import.meta.dirname, '../../dist');

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
};

export interface Site {
  readonly url: string;
  /** Bytes that a server would send for what was asked so far, compressed by gzip. */
  compressedBytes(): number;
  close(): Promise<void>;
}

/** Serves the built page as a host does: with the headers of an isolated page, or without any. */
export async function serveViewer(isolated: boolean): Promise<Site> {
  if (!existsSync(join(built, 'index.html'))) {
    throw new Error(`serveViewer: ${built} is not built: npx nx run @prismamba/viewer:page`);
  }
  const sent = new Map<string, number>();
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
    const path = join(built, pathname === '/' ? 'index.html' : pathname);
    readFile(path).then(
      (bytes) => {
        sent.set(path, gzipSync(bytes).length);
        response.writeHead(200, {
          'Content-Type': types[extname(path)] ?? 'application/octet-stream',
          ...(isolated ? isolation : {}),
        });
        response.end(bytes);
      },
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('serveViewer: no port');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    compressedBytes: () => [...sent.values()].reduce((sum, bytes) => sum + bytes, 0),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

const camera = ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'];

/** With `gpuFlags(true)` of `@prismamba/testing/browser` the browser offers WebGPU by a program in place of a GPU. */
export const startBrowser = (flags: readonly string[] = []): Promise<Browser> =>
  chromium.launch({ executablePath: findChromium()!, args: ['--no-sandbox', ...camera, ...flags] });

export interface OpenPage {
  readonly page: Page;
  /** Hosts that were asked for anything. */
  readonly hosts: Set<string>;
  /** Errors of the page and of its console. */
  readonly errors: string[];
}

/** Opens the viewer in a fresh profile and waits until it can compute. */
export async function openViewer(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
  /** Runs before the page is opened. */
  prepare: (page: Page) => Promise<unknown> = () => Promise.resolve(),
): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  // A busy machine takes minutes for what takes a second.
  page.setDefaultTimeout(240_000);
  const hosts = new Set<string>();
  const errors: string[] = [];
  page.on('request', (request) => {
    const { protocol, host } = new URL(request.url());
    if (protocol.startsWith('http')) hosts.add(host);
  });
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  await prepare(page);
  await page.goto(url);
  await page.locator('.engine summary').waitFor();
  return { page, hosts, errors };
}

/** Waits for the end of what is running. */
export async function idle(page: Page): Promise<void> {
  await page.locator('progress').waitFor({ state: 'detached' });
}

/** Reconstructs a scene that the page makes itself. */
export async function reconstructScene(page: Page): Promise<void> {
  await page.getByRole('button', { name: /Try a scene|Another scene/ }).click();
  await page.getByRole('radio', { name: 'Error' }).waitFor({ state: 'attached' });
  await idle(page);
}

/** A point of the canvas in the page, from shares of its size. */
export async function pointOf(page: Page, x: number, y: number): Promise<{ x: number; y: number }> {
  const box = (await page.locator('.picture canvas').boundingBox())!;
  return { x: box.x + x * box.width, y: box.y + y * box.height };
}
