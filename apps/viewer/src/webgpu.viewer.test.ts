import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readNpy, toFloat32 } from '@prismamba/formats';
import { expectRelativeError } from '@prismamba/testing';
import { gpuFlags, whyNoBrowser } from '@prismamba/testing/browser';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idle, openViewer, serveViewer, startBrowser, type Site } from './testing/open-viewer.js';
import { choose, download, file, testPhoto } from './testing/page-tools.js';

const reason = whyNoBrowser();
const commandLine = join(import.meta.dirname, '../../experiments/dist/cli.js');

/** Small: a program in place of a GPU takes minutes for what a GPU does in a second. */
const photo = testPhoto(20, 24);

const engine = (page: Page) => page.locator('.engine summary').innerText();
const cubeIsThere = (page: Page) => page.getByRole('button', { name: 'Cube .npy' }).waitFor();

async function chooseCompute(page: Page, choice: 'auto' | 'webgpu' | 'wasm'): Promise<void> {
  const panel = page.locator('.engine');
  if ((await panel.getAttribute('open')) === null) await panel.locator('summary').click();
  await page.getByLabel('Computes on').selectOption(choice);
  await page.locator('.engine select:enabled').waitFor();
}

/** Puts a script before that of the worker that computes. */
const beforeWorker = (script: string) => (page: Page) =>
  page.route('**/engine.worker-*.js', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${script}\n${await response.text()}` });
  });

/** The software adapter says that it is a graphics processor. */
const PRETENDS = `
Object.defineProperty(GPUAdapter.prototype, 'info', { get: () => ({ vendor: 'test', architecture: 'graphics' }) });
Object.defineProperty(GPUAdapter.prototype, 'isFallbackAdapter', { get: () => false });`;

/** What it computed arrives with a wrong first number. */
const READS_WRONGLY = `
const { getMappedRange } = GPUBuffer.prototype;
GPUBuffer.prototype.getMappedRange = function (...args) {
  const range = getMappedRange.apply(this, args);
  if (this.usage & GPUBufferUsage.MAP_READ) new Float32Array(range)[0] += 1;
  return range;
};`;

/** The exponential function is wrong in the shaders of our scan, and nothing else is. */
const SCANS_WRONGLY = `
const { createShaderModule } = GPUDevice.prototype;
GPUDevice.prototype.createShaderModule = function ({ code, label }) {
  const isScan = /^(ss2dScan|carryStates)/.test(label);
  return createShaderModule.call(this, { label, code: isScan ? code.replaceAll('exp(', 'exp2(') : code });
};`;

/** Keeps the devices, so that a test can take them away. */
const KEEPS_DEVICES = `
const { requestDevice } = GPUAdapter.prototype;
GPUAdapter.prototype.requestDevice = async function (...args) {
  return (globalThis.lastDevice = await requestDevice.apply(this, args));
};`;

describe.skipIf(reason !== undefined)(`WebGPU in the viewer${reason ? ` (skipped: ${reason})` : ''}`, () => {
  let browser: Browser;
  let site: Site;
  const folder = mkdtempSync(join(tmpdir(), 'prismamba-viewer-gpu-'));
  beforeAll(async () => {
    site = await serveViewer(true);
    browser = await startBrowser(gpuFlags(true));
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
    rmSync(folder, { recursive: true });
  });

  it('leaves a software adapter alone until it is chosen, then gives the numbers of the command line', async () => {
    const path = join(folder, 'photo.png');
    writeFileSync(path, photo);
    execFileSync(process.execPath, [commandLine, 'reconstruct', path], { cwd: folder });
    const wanted = toFloat32(readNpy(readFileSync(join(folder, 'photo.npy'))));
    const { page, errors } = await openViewer(browser, site.url);
    expect(await engine(page)).toContain('WebAssembly');
    await page.locator('.engine summary').click();
    expect(await page.locator('.engine').innerText()).toMatch(/only as a program \(google swiftshader\)/);
    await chooseCompute(page, 'webgpu');
    expect(await engine(page)).toBe('WebGPU');
    await choose(page, file('photo.png', photo));
    await cubeIsThere(page);
    await idle(page);
    expect(await page.locator('.made').innerText()).toMatch(/gmsr-net\/photo on WebGPU in [\d.]+\ss/);
    const npy = await download(page, 'Cube .npy', 2);
    expectRelativeError(toFloat32(readNpy(npy.get('photo.npy')!)), wanted, 1e-5, 'cube');
    await chooseCompute(page, 'wasm');
    expect(await engine(page)).toContain('WebAssembly');
    await page.getByRole('button', { name: 'Reconstruct again' }).click();
    await page.locator('.made').filter({ hasText: 'on WebAssembly' }).waitFor();
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('says what a lost device means, and goes on with WebAssembly', async () => {
    const { page } = await openViewer(browser, site.url, {}, beforeWorker(KEEPS_DEVICES));
    await chooseCompute(page, 'webgpu');
    const worker = page.workers().find((one) => one.url().includes('engine.worker'))!;
    await choose(page, file('photo.png', photo));
    await page.getByRole('button', { name: 'Cancel' }).waitFor();
    await worker.evaluate(() =>
      (globalThis as unknown as { lastDevice: { destroy(): void } }).lastDevice.destroy(),
    );
    await expect
      .poll(() => page.getByRole('alert').innerText())
      .toContain('The graphics processor was lost (destroyed');
    expect(await page.getByRole('alert').innerText()).toContain(
      'The page goes on with WebAssembly: reconstruct again, or choose WebGPU above for another try.',
    );
    expect(await engine(page)).toContain('WebAssembly');
    expect(await page.getByLabel('Computes on').inputValue()).toBe('auto');
    await page.getByRole('button', { name: 'Reconstruct', exact: true }).click();
    await page.locator('.made').filter({ hasText: 'on WebAssembly' }).waitFor();
    await idle(page);
    await chooseCompute(page, 'webgpu');
    expect(await engine(page)).toBe('WebGPU');
    await page.context().close();
  });

  it('takes a graphics processor by itself', async () => {
    const { page } = await openViewer(browser, site.url, {}, beforeWorker(PRETENDS));
    expect(await engine(page)).toBe('WebGPU');
    await page.locator('.engine summary').click();
    expect(await page.locator('.engine').innerText()).toContain('test graphics.');
    await page.context().close();
  });

  it.each([
    ['answers are wrong', READS_WRONGLY, /cannot be trusted: matMul is wrong/],
    ['scan is wrong', SCANS_WRONGLY, /cannot be trusted: the scan of the networks gives/],
  ])('passes one over whose %s', async (_, script, words) => {
    const { page } = await openViewer(browser, site.url, {}, beforeWorker(PRETENDS + script));
    expect(await engine(page)).toContain('WebAssembly');
    await page.locator('.engine summary').click();
    expect(await page.locator('.engine').innerText()).toMatch(words);
    await page.context().close();
  });
});

describe.skipIf(reason !== undefined)(`no WebGPU${reason ? ` (skipped: ${reason})` : ''}`, () => {
  it('says so where it is chosen, and goes on with WebAssembly', async () => {
    const site = await serveViewer(true);
    const browser = await startBrowser(gpuFlags(false));
    try {
      const { page } = await openViewer(browser, site.url);
      expect(await engine(page)).toContain('WebAssembly');
      await page.locator('.engine summary').click();
      expect(await page.locator('.engine').innerText()).toContain('No graphics processor: ');
      await chooseCompute(page, 'webgpu');
      expect(await page.getByRole('alert').innerText()).toMatch(
        /WebGPU cannot be used here: .*(offers no adapter|has no WebGPU).*The page goes on with WebAssembly\./,
      );
      expect(await engine(page)).toContain('WebAssembly');
      await choose(page, file('photo.png', photo));
      await cubeIsThere(page);
      await page.context().close();
    } finally {
      await browser.close();
      await site.close();
    }
  });
});
