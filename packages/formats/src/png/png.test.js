import crc32 from 'crc-32';
import { readFileSync } from 'node:fs';
import { encode } from 'fast-png';
import { zlibSync } from 'fflate';
import fc from 'fast-check';
import { fixturePath } from '@prismamba/testing/golden';
import { describe, expect, test } from 'vitest';
import { FormatError } from '../format-error.js';
import { readPng } from './read-png.js';
import { writePng } from './write-png.js';
/** v(h,w,c;k) of the fixtures' README. */
const cubeValue = (h, w, c, k) => ((31 * h + 17 * w + 13 * c + 29 * k) % 97) / 96;
/** Python's round, which wrote the fixtures: ties go to the even number. */
const roundHalfToEven = (value) => {
    const nearest = Math.round(value);
    return nearest - value === 0.5 && nearest % 2 === 1 ? nearest - 1 : nearest;
};
/** Replaces the body of the first chunk of a type and repairs its CRC. */
function patch(png, type, edit) {
    const view = new DataView(png.buffer, png.byteOffset, png.length);
    for (let at = 8; at < png.length; at += 12 + view.getUint32(at)) {
        const length = view.getUint32(at);
        if (String.fromCharCode(...png.subarray(at + 4, at + 8)) !== type)
            continue;
        const body = edit(png.slice(at + 8, at + 8 + length));
        const chunk = new Uint8Array(12 + body.length);
        chunk.set(png.subarray(at + 4, at + 8), 4);
        chunk.set(body, 8);
        const chunkView = new DataView(chunk.buffer);
        chunkView.setUint32(0, body.length);
        chunkView.setUint32(8 + body.length, crc32.buf(chunk.subarray(4, 8 + body.length)) >>> 0);
        return Uint8Array.from([...png.subarray(0, at), ...chunk, ...png.subarray(at + 12 + length)]);
    }
    throw new Error(`no chunk ${type}`);
}
describe('fixtures', () => {
    test('16-bit grey of two independent writers, to the last bit', () => {
        for (const [scene, k] of [
            ['beads', 9],
            ['toys', 10],
        ]) {
            for (let c = 0; c < 31; c++) {
                const path = fixturePath(`cave/${scene}_ms/${scene}_ms/${scene}_ms_${String(c + 1).padStart(2, '0')}.png`);
                const image = readPng(readFileSync(path));
                expect(image).toMatchObject({ width: 20, height: 24, channels: 1, bitDepth: 16 });
                for (let h = 0; h < 24; h++) {
                    for (let w = 0; w < 20; w++) {
                        expect(image.data[h * 20 + w]).toBe(roundHalfToEven(65535 * cubeValue(h, w, c, k)));
                    }
                }
            }
        }
    });
    test('8-bit RGB', () => {
        const image = readPng(readFileSync(fixturePath('ntire2020/ARAD_HS_0001_clean.png')));
        expect(image).toMatchObject({ width: 20, height: 24, channels: 3, bitDepth: 8 });
        const k = 1;
        for (let h = 0; h < 24; h++) {
            for (let w = 0; w < 20; w++) {
                const pixel = [...image.data.subarray((h * 20 + w) * 3, (h * 20 + w) * 3 + 3)];
                expect(pixel).toEqual([(5 * h + 3 * w + k) % 256, (2 * h + 7 * w + k) % 256, (11 * h + w + k) % 256]);
            }
        }
    });
});
test('round trip of every kind, also interlaced', () => {
    fc.assert(fc.property(fc.constantFrom(1, 2, 3, 4), fc.constantFrom(8, 16), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.nat(), fc.boolean(), (channels, bitDepth, width, height, seed, interlace) => {
        const size = width * height * channels;
        const values = Array.from({ length: size }, (_, i) => (seed + i * 40503) % 2 ** bitDepth);
        const data = bitDepth === 8 ? Uint8Array.from(values) : Uint16Array.from(values);
        const image = { width, height, channels, bitDepth, data };
        expect(readPng(writePng(image))).toEqual(image);
        if (interlace) {
            const bytes = encode({ width, height, channels, depth: bitDepth, data }, { interlace: 'Adam7' });
            expect(readPng(bytes)).toEqual(image);
        }
    }), { numRuns: 60 });
});
test('palettes of 1, 2 and 4 bits, with and without transparency', () => {
    const palette = [
        [1, 2, 3],
        [40, 50, 60],
        [7, 80, 9],
        [255, 0, 128],
    ];
    // Rows of 3 pixels, 2 bits each: 0 1 2 / 3 2 1
    const bytes = encode({
        width: 3,
        height: 2,
        depth: 2,
        channels: 1,
        palette,
        data: Uint8Array.of(0b00011000, 0b11100100),
    });
    const image = readPng(bytes);
    expect(image).toMatchObject({ channels: 3, bitDepth: 8 });
    expect([...image.data]).toEqual([0, 1, 2, 3, 2, 1].flatMap((i) => palette[i] ?? []));
    const alpha = palette.map((colour, i) => [...colour, i === 0 ? 10 : 255]);
    const clear = readPng(encode({
        width: 3,
        height: 2,
        depth: 2,
        channels: 1,
        palette: alpha,
        data: Uint8Array.of(0b00011000, 0b11100100),
    }));
    expect(clear.channels).toBe(4);
    expect([...clear.data.subarray(0, 8)]).toEqual([1, 2, 3, 10, 40, 50, 60, 255]);
});
test('1-bit grey is widened to 0 and 255', () => {
    const bytes = encode({
        width: 10,
        height: 1,
        depth: 1,
        channels: 1,
        data: Uint8Array.of(0b10110000, 0b01000000),
    });
    expect([...readPng(bytes).data]).toEqual([255, 0, 255, 255, 0, 0, 0, 0, 0, 255]);
});
describe('damaged files', () => {
    const good = writePng({
        width: 9,
        height: 7,
        channels: 3,
        bitDepth: 16,
        data: Uint16Array.from({ length: 189 }, (_, i) => i * 331),
    });
    test('every truncation is a FormatError', () => {
        for (let length = 0; length < good.length; length++) {
            expect(() => readPng(good.subarray(0, length)), String(length)).toThrow(FormatError);
        }
    });
    test('every flipped byte is an error', () => {
        for (let at = 0; at < good.length; at++) {
            const bad = good.slice();
            bad[at] = (bad[at] ?? 0) ^ 0x10;
            expect(() => readPng(bad), String(at)).toThrow(FormatError);
        }
    });
    test('a header that claims a huge image takes no memory', () => {
        const huge = patch(good, 'IHDR', (body) => {
            new DataView(body.buffer).setUint32(0, 0x7fffffff);
            return body;
        });
        expect(() => readPng(huge, { name: 'huge.png' })).toThrow(/huge\.png at byte \d+: an image of 2147483647 x 7 .* at most 2147483648/);
        const large = patch(good, 'IHDR', (body) => {
            new DataView(body.buffer).setUint32(0, 20_000_000);
            return body;
        });
        expect(() => readPng(large)).toThrow(/bytes of image data; expected enough for 20000000 x 7 pixels/);
    });
    test('too little data, a wrong filter, a missing palette, a bit depth that does not exist', () => {
        const short = patch(good, 'IDAT', () => zlibSync(new Uint8Array(100)));
        expect(() => readPng(short)).toThrow(/ends after 100 bytes; expected 385/);
        const filter = patch(good, 'IDAT', () => zlibSync(new Uint8Array(385).fill(9)));
        expect(() => readPng(filter)).toThrow(/Unsupported filter: 9/);
        const indexed = patch(good, 'IHDR', (body) => body.fill(3, 9, 10).fill(8, 8, 9));
        expect(() => readPng(indexed)).toThrow(/palette of 0 colours/);
        const depth = patch(good, 'IHDR', (body) => body.fill(3, 8, 9));
        expect(() => readPng(depth)).toThrow(/colour type 2 with 3 bits/);
    });
    test('a data bomb is cut at the size of the image', () => {
        const bomb = patch(good, 'IDAT', () => zlibSync(new Uint8Array(20_000_000)));
        expect(readPng(bomb).data).toHaveLength(189);
    });
});
test('writePng refuses what does not fit', () => {
    const data = new Uint8Array(12);
    expect(() => writePng({ width: 2, height: 2, channels: 1, bitDepth: 8, data })).toThrow(/data has 12 values, 2 x 2 x 1 needs 4/);
    expect(() => writePng({ width: 2, height: 2, channels: 3, bitDepth: 16, data })).toThrow(/needs a Uint16Array, got a Uint8Array/);
    expect(() => writePng({ width: 0, height: 2, channels: 3, bitDepth: 8, data })).toThrow(/width is 0/);
});
