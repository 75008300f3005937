import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync, } from 'node:fs';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AtomicFile, removeTemporaries } from './atomic-file.js';
import { FileError } from './file-error.js';
import { readFileBytes, readFileBytesSync } from './read-file.js';
import { writeFileAtomic } from './write-file-atomic.js';
vi.mock('node:fs', async (original) => {
    const real = await original();
    return {
        ...real,
        openSync: vi.fn(real.openSync),
        writeSync: vi.fn(real.writeSync),
        fsyncSync: vi.fn(real.fsyncSync),
        renameSync: vi.fn(real.renameSync),
    };
});
let folder = '';
beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'prismamba-formats-'));
});
afterEach(() => {
    vi.clearAllMocks();
    rmSync(folder, { recursive: true, force: true });
});
const systemError = (code) => Object.assign(new Error(code), { code });
describe('writeFileAtomic', () => {
    test('writes text and bytes, replaces, leaves nothing else', () => {
        const path = join(folder, 'a.txt');
        writeFileAtomic(path, 'grün');
        expect(readFileSync(path, 'utf8')).toBe('grün');
        writeFileAtomic(path, Uint8Array.of(1, 2, 3));
        expect([...readFileSync(path)]).toEqual([1, 2, 3]);
        expect(readdirSync(folder)).toEqual(['a.txt']);
    });
    test('flushes before it renames', () => {
        writeFileAtomic(join(folder, 'a'), 'x');
        const [flushed] = vi.mocked(fs.fsyncSync).mock.invocationCallOrder;
        const [renamed] = vi.mocked(fs.renameSync).mock.invocationCallOrder;
        expect(flushed).toBeLessThan(renamed ?? 0);
    });
    test.each([
        [
            'a full disk',
            'writeSync',
            'ENOSPC',
            /the disk is full \(ENOSPC\)\. Nothing was changed\. Free some space/,
        ],
        ['a failing flush', 'fsyncSync', 'EIO', /input\/output error \(EIO\)/],
        ['a failing rename', 'renameSync', 'EPERM', /no permission \(EPERM\)/],
    ])('%s keeps the old file and leaves nothing behind', (_, name, code, message) => {
        const path = join(folder, 'old.bin');
        writeFileSync(path, 'old');
        vi.mocked(fs[name]).mockImplementationOnce(() => {
            throw systemError(code);
        });
        expect(() => writeFileAtomic(path, 'new')).toThrow(message);
        expect(readFileSync(path, 'utf8')).toBe('old');
        expect(readdirSync(folder)).toEqual(['old.bin']);
    });
    test('continues after a short write', () => {
        const real = vi.mocked(fs.writeSync).getMockImplementation();
        vi.mocked(fs.writeSync).mockImplementationOnce(((fd, bytes, offset, _length, position) => real(fd, bytes, offset, 2, position)));
        writeFileAtomic(join(folder, 'a'), 'abcdef');
        expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('abcdef');
    });
    test('a missing folder, a file in place of a folder, a folder in place of the file', () => {
        expect(() => writeFileAtomic(join(folder, 'no/a.txt'), '')).toThrow(/the folder does not exist \(ENOENT\).*Create .*no first/);
        writeFileSync(join(folder, 'file'), '');
        expect(() => writeFileAtomic(join(folder, 'file/a.txt'), '')).toThrow(FileError);
        mkdirSync(join(folder, 'sub'));
        expect(() => writeFileAtomic(join(folder, 'sub'), '')).toThrow(/it is a folder/);
    });
    test('an unwritable folder', () => {
        vi.mocked(fs.openSync).mockImplementationOnce(() => {
            throw systemError('EACCES');
        });
        expect(() => writeFileAtomic(join(folder, 'a'), '')).toThrow(/cannot write '.*a': there is no permission \(EACCES\)\. Nothing was changed\. Choose a folder that you may write to/);
        expect(readdirSync(folder)).toEqual([]);
    });
    test('writes through a link', () => {
        writeFileSync(join(folder, 'target'), 'old');
        symlinkSync('target', join(folder, 'link'));
        writeFileAtomic(join(folder, 'link'), 'new');
        expect(readFileSync(join(folder, 'target'), 'utf8')).toBe('new');
        expect(fs.lstatSync(join(folder, 'link')).isSymbolicLink()).toBe(true);
    });
});
test('AtomicFile: pieces at positions; invisible before commit; gone after discard', () => {
    const path = join(folder, 'cube.img');
    const file = new AtomicFile(path);
    file.write(Uint8Array.of(9, 9), 2);
    file.write(Uint8Array.of(5));
    file.write(Uint8Array.of(1, 2), 0);
    expect(existsSync(path)).toBe(false);
    file.commit();
    expect([...readFileSync(path)]).toEqual([1, 2, 9, 9, 5]);
    expect(() => file.write(Uint8Array.of(1))).toThrow(/committed or discarded/);
    const other = new AtomicFile(path);
    other.write(Uint8Array.of(7));
    other.discard();
    expect([...readFileSync(path)]).toEqual([1, 2, 9, 9, 5]);
    expect(readdirSync(folder)).toEqual(['cube.img']);
});
test("a temporary file that a killed process of the same id left is in nobody's way, and can be removed", () => {
    const path = join(folder, 'sub', 'cube.img');
    mkdirSync(join(folder, 'sub'));
    const first = new AtomicFile(path);
    const [name] = readdirSync(join(folder, 'sub'));
    first.discard();
    // The counter of the process that reuses the id may be where that of the dead one was.
    const next = (ahead) => name.replace(/-(\d+)\.tmp$/, (_, count) => `-${Number(count) + ahead}.tmp`);
    for (const ahead of [1, 2])
        writeFileSync(join(folder, 'sub', next(ahead)), 'torn');
    writeFileAtomic(path, 'whole');
    expect(readFileSync(path, 'utf8')).toBe('whole');
    expect(readdirSync(join(folder, 'sub'))).toHaveLength(3);
    // This process runs, so what bears its id stays; no process has the largest id of all.
    const dead = join(folder, 'sub', '.cube.img.4194304999-0.tmp');
    writeFileSync(dead, 'torn');
    expect(removeTemporaries(folder)).toEqual([dead]);
    expect(readdirSync(join(folder, 'sub'))).toHaveLength(3);
});
test('a process that exits removes what it had begun', () => {
    const path = join(folder, 'cube.img');
    const file = new AtomicFile(path);
    file.write(Uint8Array.of(1));
    expect(readdirSync(folder)).toHaveLength(1);
    const listener = process.listeners('exit').at(-1);
    listener();
    expect(readdirSync(folder)).toEqual([]);
});
describe('readFileBytes', () => {
    test('reads, and names the nearest names where there is no such file', async () => {
        writeFileSync(join(folder, 'beads_ms_01.png'), 'x');
        expect([...readFileBytesSync(join(folder, 'beads_ms_01.png'))]).toEqual([0x78]);
        expect([...(await readFileBytes(join(folder, 'beads_ms_01.png')))]).toEqual([0x78]);
        expect(() => readFileBytesSync(join(folder, 'bead_ms_01.png'))).toThrow(/there is no file '.*bead_ms_01\.png'; did you mean 'beads_ms_01\.png'\?/);
        await expect(readFileBytes(join(folder, 'zzzzzzzzzzzzzzzzz'))).rejects.toThrow(/the folder has 1 entries, such as 'beads_ms_01\.png'/);
        expect(() => readFileBytesSync(join(folder, 'no/a'))).toThrow(/the folder '.*no' does not exist/);
        expect(() => readFileBytesSync(folder)).toThrow(/it is a folder, not a file/);
    });
});
