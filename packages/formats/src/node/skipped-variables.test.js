import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fixturePath } from '@prismamba/testing';
import { afterAll, expect, it } from 'vitest';
import { openMat } from './open-mat.js';
const folder = mkdtempSync(join(tmpdir(), 'skipped-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
it('a damaged variable that is not read is an error when the file is opened: its description may be what is damaged', async () => {
    const whole = fixturePath('foreign/mat5-objects-compressed.mat');
    const file = await openMat(whole);
    expect(file.keys().length).toBeGreaterThan(0);
    file.close();
    const bytes = readFileSync(whole);
    // Elements follow the header of 128 bytes: type (15: compressed) and size, 4 bytes each. The last 4 bytes are the checksum.
    let [damaged, elements] = [0, 0];
    for (let at = 128; at < bytes.length; at += 8 + bytes.readUInt32LE(at + 4)) {
        const copy = Buffer.from(bytes);
        copy[at + 8 + bytes.readUInt32LE(at + 4) - 1] ^= 1;
        const path = join(folder, `${at}.mat`);
        writeFileSync(path, copy);
        elements++;
        const problem = await openMat(path).then((opened) => {
            // A variable that can be read says so when it is read.
            const read = () => opened.keys().forEach((key) => opened.read(key));
            try {
                read();
            }
            catch (error) {
                return String(error);
            }
            return undefined;
        }, (error) => String(error));
        expect(problem).toContain('the checksum (Adler-32) of the compressed data does not match');
        damaged++;
    }
    expect(elements).toBeGreaterThan(1);
    expect(damaged).toBe(elements);
});
