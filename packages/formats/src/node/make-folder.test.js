import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FileError } from './file-error.js';
import { makeFolder } from './make-folder.js';
let folder = '';
beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'prismamba-formats-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
it('makes those around it too, and leaves one that is there', () => {
    const path = join(folder, 'a', 'ü b', 'c');
    makeFolder(path);
    makeFolder(path);
    makeFolder(`${join(folder, 'd')}/`);
    expect(statSync(path).isDirectory()).toBe(true);
    expect(statSync(join(folder, 'd')).isDirectory()).toBe(true);
});
it('says that a file is in the way', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(() => makeFolder(join(folder, 'file'))).toThrow(/file' is a file, not a folder\. Name another place/);
    expect(() => makeFolder(join(folder, 'file', 'a'))).toThrow(/a part of the path is a file/);
});
it.skipIf(process.platform !== 'linux')('ends where a file system takes no folders (Linux: /proc)', () => {
    const make = () => makeFolder('/proc/runs/a');
    expect(make).toThrow(FileError);
    expect(make).toThrow("cannot make the folder '/proc/runs/a': '/proc' takes no folders (ENOENT)");
});
