import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  readEnvi,
  readMat5,
  readNpy,
  toFloat32,
  writeEnvi,
  writeMat5,
  writeNpy,
  type NdArray,
} from '@prismamba/formats';
import { fixturePath } from '@prismamba/testing/golden';
import { expectRelativeError } from '@prismamba/testing';
import { whyNoBrowser } from '@prismamba/testing/browser';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibility, overflow, picture } from './testing/looks.js';
import {
  idle,
  openViewer,
  pointOf,
  reconstructScene,
  serveViewer,
  startBrowser,
  type Site,
} from './testing/open-viewer.js';
import { choose, download, file, testPhoto } from './testing/page-tools.js';

const reason = whyNoBrowser();
const commandLine = join(import.meta.dirname, '../../experiments/dist/cli.js');

describe.skipIf(reason !== undefined)(`viewer${reason ? ` (skipped: ${reason})` : ''}`, () => {
  let browser: Browser;
  let site: Site;
  const folder = mkdtempSync(join(tmpdir(), 'prismamba-viewer-'));
  beforeAll(async () => {
    site = await serveViewer(true);
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
    rmSync(folder, { recursive: true });
  });

  it('reconstructs a scene, shows bands and errors, pins places; asks no other host', async () => {
    const { page, hosts, errors } = await openViewer(browser, site.url);
    expect(await accessibility(page)).toEqual([]);
    await reconstructScene(page);
    await expect.poll(() => page.locator('table tr').count()).toBeGreaterThan(4);
    const middle = await pointOf(page, 0.5, 0.3);
    await page.mouse.move(middle.x, middle.y);
    await expect.poll(() => page.locator('.place').innerText()).toMatch(/^x \d+, y \d+$/);
    await page.mouse.click(middle.x, middle.y);
    await expect.poll(() => page.locator('.pins li').count()).toBe(1);
    const corner = await pointOf(page, 0.6, 0.7);
    await page.keyboard.down('Shift');
    await page.mouse.move(corner.x, corner.y);
    await page.mouse.down();
    await page.mouse.move(corner.x + 40, corner.y + 30, { steps: 3 });
    await page.mouse.up();
    await page.keyboard.up('Shift');
    await expect.poll(() => page.locator('.pins li').nth(1).innerText()).toMatch(/\d+ × \d+/);
    await page.getByLabel('x, y').fill('10,12');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('.pins li').nth(2).innerText()).toContain('(10, 12)');
    await picture(page, 'viewer');

    await page.locator('h1').click();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.locator('.wavelength').innerText()).toBe('560 nm');
    expect(await page.getByRole('radio', { name: 'One band' }).isChecked()).toBe(true);
    await page.keyboard.press(' ');
    await expect.poll(() => page.locator('.wavelength').innerText()).not.toBe('560 nm');
    await page.keyboard.press(' ');
    await page.getByRole('radio', { name: 'Error' }).check();
    await expect.poll(() => page.locator('.scale').innerText()).toMatch(/≥/);
    const view = async () => {
      await page.getByRole('button', { name: 'Link to this view' }).click();
      await page.locator('h1').click();
      return new URLSearchParams(new URL(page.url()).hash.slice(1)).get('view')?.split(',').map(Number);
    };
    await page.locator('h1').click();
    await page.keyboard.press('+');
    const before = (await view())!;
    await page.keyboard.press('Shift+ArrowRight');
    const after = (await view())!;
    expect([after[0], after[2]]).toEqual([before[0], before[2]]);
    expect(after[1]).toBeGreaterThan(before[1]!);
    await page.keyboard.press('0');
    expect(await view()).toBeUndefined();
    expect(await accessibility(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: 390, height: 844 });
    await picture(page, 'viewer-narrow');
    expect([...hosts]).toEqual([new URL(site.url).host]);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('gives the numbers of the command line; downloads cube, spectra and picture', async () => {
    const photo = testPhoto(75, 90);
    const path = join(folder, 'photo.png');
    writeFileSync(path, photo);
    execFileSync(process.execPath, [commandLine, 'reconstruct', path, '--at', '8,9'], { cwd: folder });
    execFileSync(
      process.execPath,
      [commandLine, 'reconstruct', path, '--uncertainty', '--out', 'intervals.npy'],
      {
        cwd: folder,
      },
    );
    const wanted = readNpy(readFileSync(join(folder, 'photo.npy')));
    const { page, errors } = await openViewer(browser, site.url);
    await choose(page, file('photo.png', photo));
    await page.getByRole('button', { name: 'Cube .npy' }).waitFor();
    await idle(page);

    const npy = await download(page, 'Cube .npy', 2);
    const cube = readNpy(npy.get('photo.npy')!);
    expect(cube.shape).toEqual([75, 90, 31]);
    expectRelativeError(toFloat32(cube), toFloat32(wanted), 1e-5, 'cube');
    const { wavelengths } = JSON.parse(Buffer.from(npy.get('photo.bands.json')!).toString()) as {
      wavelengths: number[];
    };
    expect([wavelengths[0], wavelengths.at(-1), wavelengths.length]).toEqual([400, 700, 31]);
    const envi = await download(page, 'ENVI', 2);
    const image = readEnvi(Buffer.from(envi.get('photo.hdr')!).toString(), envi.get('photo.img')!);
    expect(image.header.wavelengthsNm).toEqual(wavelengths);
    expect(toFloat32(image.cube)).toEqual(toFloat32(cube));
    const mat = readMat5((await download(page, 'MATLAB')).get('photo.mat')!);
    expect(mat.arrays.get('cube')?.shape).toEqual([75, 90, 31]);

    await page.getByLabel('x, y').fill('8,9');
    await page.keyboard.press('Enter');
    const csv = await download(page, 'Spectra .csv');
    const rows = (text: Uint8Array) => Buffer.from(text).toString().trim().split('\n');
    const ours = rows([...csv.values()][0]!);
    const theirs = rows(readFileSync(join(folder, 'photo.spectra.csv')));
    expect(ours[0]).toBe(theirs[0]);
    const numbers = (lines: string[]) => lines.slice(1).map((line) => Number(line.split(',')[1]));
    expectRelativeError(numbers(ours), numbers(theirs), 1e-5, 'spectrum');
    await page.getByLabel(/^Uncertainty/).check();
    await page.getByRole('button', { name: 'Reconstruct again' }).click();
    await page.getByRole('radio', { name: 'Uncertainty' }).check();
    await idle(page);
    await expect.poll(() => page.locator('.scale').innerText()).toMatch(/≥/);
    const halves = rows([...(await download(page, 'Spectra .csv')).values()][0]!).slice(1);
    const start = (9 * 90 + 8) * 31;
    const wantedHalves = toFloat32(readNpy(readFileSync(join(folder, 'intervals.uncertainty.npy')))).subarray(
      start,
      start + 31,
    );
    expectRelativeError(
      halves.map((line) => Number(line.split(',')[2])),
      wantedHalves,
      1e-4,
      'half width',
    );
    const [png] = (await download(page, 'Picture .png')).values();
    expect([...png!.subarray(1, 4)]).toEqual([0x50, 0x4e, 0x47]);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('opens cubes of other wavelengths without a reconstruction, and refuses a truth that does not fit', async () => {
    const [height, width, bands] = [12, 10, 6];
    const data = Float32Array.from({ length: height * width * bands }, (_, i) => (i % bands) / bands);
    const cube = { dtype: 'float32', shape: [height, width, bands], data } as const;
    const nm = [450, 520, 600, 720, 850, 990];
    const { header, data: bytes } = writeEnvi(cube, { wavelengths: nm });
    const { page, errors } = await openViewer(browser, site.url);
    await choose(page, file('field.hdr', header), file('field.img', bytes));
    await page.getByRole('radio', { name: 'One band' }).waitFor({ state: 'attached' });
    await page.locator('h1').click();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.locator('.wavelength').innerText()).toBe('600 nm');
    const truth = page.locator('input[type=file]').last();
    await truth.setInputFiles([file('same.npy', writeNpy(cube))]);
    await expect.poll(() => page.getByRole('alert').innerText()).toContain('from 400 to 700 nm');
    await truth.setInputFiles([file('field.hdr', header), file('field.img', bytes)]);
    await expect.poll(() => page.locator('table').innerText()).toMatch(/RMSE\s+0/);
    const half = { ...cube, data: data.map((value) => value / 2) };
    const wavelengths = { dtype: 'float64', shape: [1, bands], data: Float64Array.from(nm) } as const;
    const variables = new Map<string, NdArray>([
      ['cube', half],
      ['wavelengths', wavelengths],
    ]);
    await truth.setInputFiles([file('half.mat', writeMat5(variables))]);
    // Half of a spectrum has its direction; the mean square of i / 12 over six bands is 55 / 864.
    await expect.poll(() => page.locator('table').innerText()).toMatch(/RMSE\s+0\.2523/);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('opens MATLAB 7.3 under its policy, with libhdf5 fetched when it is needed', async () => {
    const { page, errors } = await openViewer(browser, site.url);
    const fetched = () =>
      page.evaluate(
        () => performance.getEntriesByType('resource').filter(({ name }) => name.includes('hdf5')).length,
      );
    expect(await fetched()).toBe(0);
    await choose(page, file('ARAD_1K_0001.mat', readFileSync(fixturePath('ntire2022/ARAD_1K_0001.mat'))));
    await expect.poll(() => page.locator('.name').first().innerText()).toBe('ARAD_1K_0001.mat: cube');
    await idle(page);
    const hdf5 = readFileSync(fixturePath('ntire2022/ARAD_1K_0001.mat'));
    await choose(page, file('ARAD_1K_0001.h5', hdf5));
    await expect.poll(() => page.locator('.name').first().innerText()).toBe('ARAD_1K_0001.h5: cube');
    await idle(page);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('names what it cannot read, and goes on', async () => {
    const { page } = await openViewer(browser, site.url);
    const npy = writeNpy({ dtype: 'float32', shape: [2, 2, 5], data: new Float32Array(20) });
    const cases = [
      [file('notes.txt', 'hello'), 'notes.txt: it is no picture'],
      [file('empty.png', ''), 'empty.png: the file is empty'],
      [file('photo.heic', '\0\0\0\x18ftypheic\0\0\0\0'), 'photo.heic: it is HEIC'],
      [file('scan.tif', 'II*\0aaaaaaaaaaaa'), 'scan.tif: it is TIFF'],
      [file('short.npy', npy.subarray(0, 100)), 'short.npy'],
      [file('data.img', 'x'), 'choose its header (data.hdr)'],
      [file('lonely.hdr', 'ENVI\n'), 'choose its data file'],
      [
        file('a-name-that-is-much-longer-than-any-line-of-this-page-'.repeat(4) + '.npz', 'PK'),
        'a-name-that',
      ],
    ] as const;
    for (const [bad, words] of cases) {
      await choose(page, bad);
      await expect.poll(() => page.getByRole('alert').innerText(), { message: bad.name }).toContain(words);
      await page.getByRole('button', { name: 'Close this message' }).click();
    }
    expect(await overflow(page)).toBe(0);
    await reconstructScene(page);
    await page.context().close();
  });

  it('takes pictures from the clipboard, by drop, and from the camera', async () => {
    const { page, errors } = await openViewer(browser, site.url);
    const send = (kind: 'paste' | 'drop', name: string) =>
      page.evaluate(
        ([event, fileName, bytes]) => {
          const data = new DataTransfer();
          data.items.add(new File([Uint8Array.from(bytes)], fileName, { type: 'image/png' }));
          dispatchEvent(
            event === 'paste'
              ? new ClipboardEvent('paste', { clipboardData: data, cancelable: true })
              : new DragEvent('drop', { dataTransfer: data, cancelable: true }),
          );
        },
        [kind, name, [...testPhoto(16, 20)]] as const,
      );
    for (const kind of ['paste', 'drop'] as const) {
      await send(kind, `${kind}.png`);
      await expect.poll(() => page.locator('.name').first().innerText()).toBe(`${kind}.png`);
      await page.getByRole('button', { name: 'Cube .npy' }).waitFor();
      await idle(page);
    }
    await page.getByRole('button', { name: 'Camera' }).click();
    await page.getByRole('button', { name: 'Take the picture' }).click();
    await expect.poll(() => page.locator('.name').first().innerText()).toBe('camera.png');
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect(errors).toEqual([]);
    await page.context().close();
  });
});
