import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fixturePath } from '@prismamba/testing/golden';
import { checkGeneratedSection, table } from '@prismamba/testing/docs';
import { afterAll, describe, expect, test } from 'vitest';
import { FormatError, readMat5, readNpy, readNpz, readPng, readStateDict } from './index.js';
import { listMat, openHdf5, openMat } from './node.js';
const folder = fixturePath('foreign');
const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'));
const shown = ({ shape, data }) => ({
    shape: [...shape],
    values: Array.from(data, Number),
});
const named = (arrays) => Object.fromEntries([...arrays].map(([name, array]) => [name, shown(array)]));
function ofFile(file) {
    try {
        for (const [key, reason] of file.skipped) {
            expect(() => file.read(key), key).toThrow(FormatError);
            expect(() => file.read(key), key).toThrow(reason);
        }
        return {
            read: named(file.keys().map((key) => [key, file.read(key)])),
            skipped: new Map(file.skipped),
        };
    }
    finally {
        file.close();
    }
}
const readers = {
    npy: (path) => ({ read: shown(readNpy(readFileSync(path))), skipped: new Map() }),
    npz: (path) => {
        const skipped = new Map();
        const arrays = readNpz(readFileSync(path), { onSkipped: (name, reason) => skipped.set(name, reason) });
        return { read: named(arrays), skipped };
    },
    png: (path) => {
        const { data, height, width, channels } = readPng(readFileSync(path));
        return { read: shown({ data, shape: [height, width, channels] }), skipped: new Map() };
    },
    mat5: async (path) => {
        const { arrays, skipped } = readMat5(readFileSync(path));
        const opened = ofFile(await openMat(path));
        expect(opened.read).toEqual(named(arrays));
        expect((await listMat(path)).skipped).toEqual(skipped);
        return { read: named(arrays), skipped };
    },
    mat73: async (path) => ofFile(await openMat(path)),
    hdf5: async (path) => ofFile(await openHdf5(path)),
    pth: (path, { key }) => {
        const skipped = new Map();
        const tensors = readStateDict(readFileSync(path), {
            ...(key === undefined ? {} : { key }),
            onUnread: (entry, kind) => skipped.set(entry, kind),
        });
        return { read: named(tensors), skipped };
    },
};
const rows = [];
describe('files of other programs', () => {
    test.each(Object.entries(expected))('%s', async (name, facts) => {
        const path = join(folder, name);
        const read = readers[facts.kind];
        if (facts.refused !== undefined) {
            await expect(async () => read(path, facts)).rejects.toThrow(facts.refused);
            rows.push([`\`${name}\``, '', '', facts.refused]);
            return;
        }
        const found = await read(path, facts);
        expect(found.read).toEqual(facts.read);
        const { skipped = [] } = facts;
        if (Array.isArray(skipped))
            expect([...found.skipped.keys()].sort()).toEqual([...skipped].sort());
        else
            expect(Object.fromEntries(found.skipped)).toEqual(skipped);
        const isOne = 'values' in found.read && Array.isArray(found.read.values);
        const names = isOne
            ? 'the array'
            : Object.keys(found.read)
                .map((each) => `\`${each}\``)
                .join(', ');
        const left = [...found.skipped].map(([each, reason]) => `\`${each}\`: ${reason}`).join('; ');
        rows.push([`\`${name}\``, names, left, '']);
    });
});
test('docs/formats.md says what was read, skipped and refused', async () => {
    const page = fileURLToPath(new URL('../../../docs/formats.md', import.meta.url));
    const text = table(['file', 'read', 'skipped and named', 'refused'], rows);
    await checkGeneratedSection(page, 'files of other programs', text.replaceAll('__', '\\_\\_'));
});
afterAll(() => expect(rows.map(([name]) => basename(name.replaceAll('`', '')))).toEqual(Object.keys(expected)));
