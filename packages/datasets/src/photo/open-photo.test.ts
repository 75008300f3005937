import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { writePng } from '@prismamba/formats';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRgbFile } from '../loaders/image-file.js';
import { openPhoto } from './open-photo.js';
import { linearToSrgb, srgbToLinear } from './srgb.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'prismamba-photo-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const [height, width] = [3, 4];
const codes = Uint8Array.from({ length: height * width * 3 }, (_, i) => (i * 7) % 256);
const raw8 = { raw: { width, height, channels: 3 } } as const;
const wide = Uint16Array.from(codes, (code, i) => 257 * code + (i % 5));

async function put(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(root, name);
  await writeFile(path, bytes);
  return path;
}
const floats = (data: Float32Array) => [...data];
const png16 = () => writePng({ width, height, channels: 3, bitDepth: 16, data: wide });

describe('openPhoto', () => {
  it.each(['png', 'tiff', 'webp'] as const)(
    '%s of 8 bits: sRGB codes, decoded to linear light',
    async (format) => {
      const image = sharp(codes, raw8);
      const encoded =
        format === 'webp' ? image.webp({ lossless: true }) : image.toFormat(format, { compression: 'none' });
      const photo = await openPhoto(await put(`a.${format}`, await encoded.toBuffer()));
      const { data, description } = photo.values('linear');
      expect(floats(data)).toEqual(floats(Float32Array.from(codes, (code) => srgbToLinear(code / 255))));
      expect(description).toBe(
        `${format.toUpperCase()} of 8 bits, taken as sRGB (it has no colour profile), decoded to linear light`,
      );
      expect(floats(photo.values('srgb').data)).toEqual(
        floats(Float32Array.from(codes, (code) => code / 255)),
      );
    },
  );

  it('16-bit PNG and TIFF keep 16 bits', async () => {
    const tiff = await sharp(png16()).toColourspace('rgb16').tiff({ compression: 'none' }).toBuffer();
    for (const [name, bytes] of [
      ['wide.png', png16()],
      ['wide.tif', tiff],
    ] as const) {
      const { data, description } = (await openPhoto(await put(name, bytes))).values('srgb');
      expect(floats(data)).toEqual(floats(Float32Array.from(wide, (code) => code / 65535)));
      expect(description).toMatch(/of 16 bits/);
    }
  });

  it.each(['png', 'jpeg', 'tiff', 'webp'] as const)(
    '%s: turned upright by the orientation tag',
    async (format) => {
      const grey = Uint8Array.from({ length: 16 * 32 * 3 }, (_, i) =>
        Math.floor(i / (32 * 3)) < 8 ? 220 : 30,
      );
      const encoded = sharp(grey, { raw: { width: 32, height: 16, channels: 3 } }).withMetadata({
        orientation: 6,
      });
      const photo = await openPhoto(await put(`turned.${format}`, await encoded.toFormat(format).toBuffer()));
      expect([photo.height, photo.width]).toEqual([32, 16]);
      const { data, description } = photo.values('srgb');
      // Orientation 6: the first row of the file is the right column of the picture.
      expect(data[15 * 3]! * 255).toBeGreaterThan(200);
      expect(data[0]! * 255).toBeLessThan(50);
      expect(description).toContain('turned by its orientation tag (6)');
    },
  );

  it('png: turned by an orientation tag that stands behind the picture', async () => {
    const grey = Uint8Array.from({ length: 16 * 32 * 3 }, (_, i) =>
      Math.floor(i / (32 * 3)) < 8 ? 220 : 30,
    );
    const plain = await sharp(grey, { raw: { width: 32, height: 16, channels: 3 } })
      .png()
      .toBuffer();
    const tag = Uint8Array.from([
      ...[0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1], // big-endian TIFF with one entry
      ...[0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0], // orientation 6
    ]);
    const body = Buffer.concat([Buffer.from('eXIf'), tag]);
    const chunk = Buffer.concat([Buffer.alloc(4), body, Buffer.alloc(4)]);
    chunk.writeUInt32BE(tag.length, 0);
    chunk.writeUInt32BE(crc32(body), chunk.length - 4);
    const end = plain.length - 12;
    const path = await put(
      'late-tag.png',
      Buffer.concat([plain.subarray(0, end), chunk, plain.subarray(end)]),
    );
    const photo = await openPhoto(path);
    expect([photo.height, photo.width]).toEqual([32, 16]);
    const { data, description } = photo.values('srgb');
    expect(data[15 * 3]! * 255).toBeGreaterThan(200);
    expect(data[0]! * 255).toBeLessThan(50);
    expect(description).toContain('turned by its orientation tag (6)');
  });

  it.each(['png', 'jpeg'] as const)(
    '%s: converted by its colour profile, unless told otherwise',
    async (format) => {
      const patch = Uint8Array.from({ length: 8 * 8 * 3 }, (_, i) => [200, 60, 40][i % 3]!);
      const p3 = await sharp(patch, { raw: { width: 8, height: 8, channels: 3 } })
        .withIccProfile('p3')
        .toFormat(format, { quality: 100 })
        .toBuffer();
      const path = await put(`p3.${format}`, p3);
      const first = async (colour?: 'profile' | 'srgb' | 'linear') => {
        const { data, description } = (await openPhoto(path, colour === undefined ? {} : { colour })).values(
          'srgb',
        );
        return { rgb: [...data.subarray(0, 3)].map((v) => Math.round(255 * v)), description };
      };
      const converted = await first();
      for (const [c, code] of [200, 60, 40].entries()) {
        expect(Math.abs(converted.rgb[c]! - code)).toBeLessThanOrEqual(3);
      }
      expect(converted.description).toMatch(/converted from its profile '.*P3.*' to sRGB/i);
      const stored = await first('srgb');
      expect(stored.rgb[0]).toBeLessThan(195); // P3 needs less red for the same colour
      expect(stored.description).toContain('taken as sRGB, as told');
      expect(await first('profile')).toEqual(converted);
      const linear = (await openPhoto(path, { colour: 'linear' })).values('srgb');
      expect(linear.data[0]).toBeCloseTo(linearToSrgb(stored.rgb[0]! / 255), 2);
    },
  );

  it('asking for a profile that is not there is an error', async () => {
    await expect(openPhoto(await put('plain.png', png16()), { colour: 'profile' })).rejects.toThrow(
      /plain\.png has no colour profile; take 'srgb' or 'linear'/,
    );
  });

  it('a PNG whose gAMA chunk says 1 is linear', async () => {
    const png = png16();
    const chunk = Buffer.alloc(16);
    chunk.writeUInt32BE(4, 0);
    chunk.write('gAMA', 4, 'latin1');
    chunk.writeUInt32BE(100_000, 8);
    chunk.writeUInt32BE(0x31e8965f, 12); // CRC-32 of gAMA and 100000
    const path = await put('linear.png', Buffer.concat([png.subarray(0, 33), chunk, png.subarray(33)]));
    const { data, description } = (await openPhoto(path)).values('linear');
    expect(description).toBe('PNG of 16 bits, linear light by its gAMA chunk');
    expect(data[5]).toBe(Math.fround(wide[5]! / 65535));
  });

  it('stray bytes between the segments of a JPEG change nothing and are said; other damage is refused', async () => {
    const jpeg = await sharp(codes, raw8).jpeg({ quality: 95 }).toBuffer();
    const at = jpeg.indexOf(Buffer.from([0xff, 0xda]));
    const stray = Buffer.concat([jpeg.subarray(0, at), Buffer.from([1, 2, 3]), jpeg.subarray(at)]);
    const [good, odd] = [await put('good.jpg', jpeg), await put('stray.jpg', stray)];
    const values = (await openPhoto(odd)).values('srgb');
    expect(values.data).toEqual((await openPhoto(good)).values('srgb').data);
    expect(values.description).toContain('stray bytes between its segments are skipped');
    expect((await readRgbFile(odd, 'x')).data).toEqual((await readRgbFile(good, 'x')).data);
    await expect(openPhoto(await put('cut.jpg', jpeg.subarray(0, at + 14)))).rejects.toThrow(
      /cut\.jpg: .*premature end/,
    );
  });

  it('CMYK and grey are said: what comes out of them is another thing than a photo', async () => {
    const raw = { raw: { width: 4, height: 2, channels: 3 as const } };
    const colours = Buffer.from(Array.from({ length: 24 }, (_, i) => (i * 37) % 256));
    const cmyk = join(root, 'cmyk.jpg');
    await sharp(colours, raw).toColourspace('cmyk').jpeg().toFile(cmyk);
    expect((await openPhoto(cmyk)).values('linear').description).toContain('converted from CMYK');
    const oneChannel = join(root, 'grey.png');
    await sharp(colours, raw).greyscale().png().toFile(oneChannel);
    const three = join(root, 'grey-rgb.png');
    await sharp(Buffer.from(Array.from({ length: 24 }, (_, i) => Math.floor(i / 3) * 20)), raw)
      .png()
      .toFile(three);
    for (const path of [oneChannel, three]) {
      expect((await openPhoto(path)).values('linear').description).toContain(
        'grey: R = G = B in every pixel',
      );
    }
    const colour = join(root, 'colour.png');
    await sharp(colours, raw).png().toFile(colour);
    expect((await openPhoto(colour)).values('linear').description).not.toContain('grey');
  });

  it('AVIF is read', async () => {
    const patch = Uint8Array.from({ length: 16 * 16 * 3 }, (_, i) => [200, 60, 40][i % 3]!);
    const avif = sharp(patch, { raw: { width: 16, height: 16, channels: 3 } }).avif({ quality: 100 });
    const photo = await openPhoto(await put('patch.avif', await avif.toBuffer()));
    expect([photo.height, photo.width]).toEqual([16, 16]);
    const { data } = photo.values('srgb');
    for (const [c, code] of [200, 60, 40].entries()) expect(Math.abs(data[c]! * 255 - code)).toBeLessThan(4);
  });

  it.each([
    ['HEIC (HEVC)', Buffer.from('\0\0\0\x18ftypheic\0\0\0\0', 'latin1')],
    ['BMP', Buffer.from('BM......')],
    ['JPEG 2000', Buffer.from('\0\0\0\x0cjP  \r\n\x87\n', 'latin1')],
    ['PPM or PGM (netpbm)', Buffer.from('P6\n2 2\n255\n')],
  ])('%s: one line that names it and what is supported', async (name, bytes) => {
    const path = await put('other.img', bytes);
    await expect(openPhoto(path)).rejects.toThrow(
      `${path}: this is a ${name} file; supported are PNG, JPEG, TIFF (8 or 16 bit), WebP and AVIF: convert it`,
    );
  });
});
