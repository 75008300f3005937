import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeCheckpoint, type Checkpoint } from './checkpoint.js';
import { latestCheckpoint, loadCheckpoint, saveCheckpoint } from './checkpoint-folder.js';

const at = (step: number): Checkpoint => ({
  step,
  seed: 1,
  notes: {},
  weights: new Map([['a', { dtype: 'float32', shape: [1], data: Float32Array.of(step) }]]),
  optimizer: { steps: {}, moments: new Map() },
});

describe('checkpoint folder', () => {
  let folder = '';
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'checkpoints-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('keeps the newest files only, and finds the newest', () => {
    for (const step of [5, 10, 100]) saveCheckpoint(folder, at(step));
    expect(readdirSync(folder).sort()).toEqual(['step-00000010.safetensors', 'step-00000100.safetensors']);
    expect(latestCheckpoint(folder)).toBe(join(folder, 'step-00000100.safetensors'));
    expect(loadCheckpoint(folder)).toEqual(at(100));
    expect(loadCheckpoint(join(folder, 'step-00000010.safetensors'))).toEqual(at(10));
    saveCheckpoint(folder, at(110), { keep: 3 });
    expect(latestCheckpoint(folder)).toBe(join(folder, 'step-00000110.safetensors'));
  });

  it('a failed write leaves the last good checkpoint and no half-written file', () => {
    saveCheckpoint(folder, at(5));
    // Values that cannot be written stand for a disk that fails while the file is being made.
    const bad = {
      ...at(6),
      weights: new Map([['a', { dtype: 'float32', shape: [2], data: Float32Array.of(1) } as const]]),
    };
    expect(() => saveCheckpoint(folder, bad)).toThrow();
    expect(readdirSync(folder)).toEqual(['step-00000005.safetensors']);
    expect(() => saveCheckpoint(join('/dev/null', 'x'), at(1))).toThrow(/not a directory|ENOTDIR/i);
  });

  it('passes over a damaged newest file, cut off or with one flipped bit, for the one before it, and says so', () => {
    for (const damage of ['cut', 'flip'] as const) {
      saveCheckpoint(folder, at(5));
      const newest = saveCheckpoint(folder, at(6));
      const bytes = readFileSync(newest);
      if (damage === 'cut') truncateSync(newest, bytes.length - 1);
      else {
        bytes[bytes.length - 2]! ^= 1; // inside the numbers: still a readable file
        writeFileSync(newest, bytes);
      }
      const damaged: string[] = [];
      expect(loadCheckpoint(folder, { onDamaged: (file) => void damaged.push(file) })).toEqual(at(5));
      expect(damaged).toEqual([newest]);
      expect(() => loadCheckpoint(newest)).toThrow(damage === 'cut' ? newest : /checksum does not fit/);
    }
  });

  it('takes a flipped digit of the step or the seed for damage, too', () => {
    const file = saveCheckpoint(folder, at(7));
    const bytes = readFileSync(file);
    for (const [text, other] of [
      ['"step\\":7', '"step\\":6'],
      ['"seed\\":1', '"seed\\":3'],
    ] as const) {
      const place = bytes.indexOf(text);
      expect(place).toBeGreaterThan(0);
      const flipped = Buffer.from(bytes);
      flipped.write(other, place);
      writeFileSync(file, flipped);
      expect(() => loadCheckpoint(file)).toThrow('the checksum does not fit');
    }
  });

  it('reads files whose checksum is of the numbers alone, as older versions wrote them', () => {
    const file = join(folder, 'step-00000007.safetensors');
    const checksum = (parts: Iterable<Uint8Array>) => {
      const [, ...numbers] = parts;
      const hash = createHash('sha256');
      for (const part of numbers) hash.update(part);
      return `sha256:${hash.digest('hex')}`;
    };
    writeFileSync(file, encodeCheckpoint(at(7), { checksum }));
    expect(loadCheckpoint(file)).toEqual(at(7));
  });

  it('passes over damaged files only: what cannot be read for another reason is an error', () => {
    saveCheckpoint(folder, at(5));
    mkdirSync(join(folder, 'step-00000006.safetensors'));
    const damaged: string[] = [];
    expect(() => loadCheckpoint(folder, { onDamaged: (file) => void damaged.push(file) })).toThrow('EISDIR');
    expect(damaged).toEqual([]);
  });

  it('says what is missing', () => {
    expect(() => loadCheckpoint(join(folder, 'no'))).toThrow(/there is no file or folder/);
    expect(() => loadCheckpoint(folder)).toThrow(/holds no checkpoint/);
    const file = join(folder, 'step-00000001.safetensors');
    writeFileSync(file, new Uint8Array([8, 0, 0, 0, 0, 0, 0, 0, 123]));
    expect(() => loadCheckpoint(folder)).toThrow(file);
  });
});
