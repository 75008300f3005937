import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPng } from '@prismamba/formats';
import protobuf from 'protobufjs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { histogramOf } from './histogram.js';
import { openTensorboard } from './tensorboard.js';

/** The published message definitions, cut to the fields that are used here; read by another library than ours. */
const { root } = protobuf.parse(`
  syntax = "proto3";
  message SessionLog { int32 status = 1; }
  message HistogramProto {
    double min = 1; double max = 2; double num = 3; double sum = 4; double sum_squares = 5;
    repeated double bucket_limit = 6 [packed = true]; repeated double bucket = 7 [packed = true];
  }
  message Image { int32 height = 1; int32 width = 2; int32 colorspace = 3; bytes encoded_image_string = 4; }
  message Value { string tag = 1; float simple_value = 2; Image image = 4; HistogramProto histo = 5; }
  message Summary { repeated Value value = 1; }
  message Event {
    double wall_time = 1; int64 step = 2; string file_version = 3; Summary summary = 5; SessionLog session_log = 7;
  }
`);
const Event = root.lookupType('Event');

interface Value {
  readonly tag: string;
  readonly simpleValue?: number;
  readonly image?: { height: number; width: number; colorspace: number; encodedImageString: Uint8Array };
  readonly histo?: {
    min: number;
    max: number;
    num: number;
    sum: number;
    bucketLimit: number[];
    bucket: number[];
  };
}
interface Decoded {
  readonly wallTime: number;
  readonly step: number;
  readonly fileVersion?: string;
  readonly summary?: { value: Value[] };
  readonly sessionLog?: { status: number };
}

/** CRC-32C by its definition, bit by bit (polynomial 0x1EDC6F41, reflected), then masked. */
function maskedCrc(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let k = 0; k < 8; k++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

function readEvents(path: string): Decoded[] {
  const bytes = readFileSync(path);
  const events: Decoded[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = Number(bytes.readBigUInt64LE(at));
    expect(bytes.readUInt32LE(at + 8), 'checksum of the length').toBe(maskedCrc(bytes.subarray(at, at + 8)));
    const data = bytes.subarray(at + 12, at + 12 + length);
    expect(bytes.readUInt32LE(at + 12 + length), 'checksum of the record').toBe(maskedCrc(data));
    events.push(Event.toObject(Event.decode(data), { longs: Number }) as Decoded);
    at += 16 + length;
  }
  return events;
}

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'tensorboard-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('the bitwise CRC-32C of this test has the published check value', () => {
  const crc = 0xe3069283; // of '123456789'
  const masked = (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
  expect(maskedCrc(new TextEncoder().encode('123456789'))).toBe(masked);
});

it('scalars, images and histograms come back by the published definitions', () => {
  const log = openTensorboard(folder, { now: () => new Date(5000) });
  log.scalar('loss/train', 0.25, 1);
  const data = Uint8Array.from({ length: 2 * 3 * 3 }, (_, i) => i * 10);
  log.image('scene', { data, height: 2, width: 3, channels: 3 }, 7);
  log.histogram('weights/conv', [0, 1, 2, 3, Number.NaN], 300);
  log.close();
  const [version, scalar, image, histogram] = readEvents(log.path);
  expect(version).toEqual({ wallTime: 5, step: 0, fileVersion: 'brain.Event:2' });
  expect(scalar).toEqual({
    wallTime: 5,
    step: 1,
    summary: { value: [{ tag: 'loss/train', simpleValue: 0.25 }] },
  });
  const { encodedImageString, ...shape } = image!.summary!.value[0]!.image!;
  expect(shape).toEqual({ height: 2, width: 3, colorspace: 3 });
  expect(readPng(encodedImageString).data).toEqual(data);
  expect(histogram!.step).toBe(300);
  expect(histogram!.summary!.value[0]!.histo).toMatchObject({
    min: 0,
    max: 3,
    num: 4,
    sum: 6,
    sumSquares: 14,
  });
});

it('a resumed run takes later steps of older files back', () => {
  const log = openTensorboard(folder, { startStep: 40 });
  log.scalar('loss', 1, 41);
  log.close();
  expect(readEvents(log.path)[1]).toMatchObject({ step: 41, sessionLog: { status: 1 } });
});

it('histograms count every finite value once', () => {
  const values = Array.from({ length: 1000 }, (_, i) => Math.sin(i));
  const { counts, limits, count } = histogramOf(values);
  expect(counts.reduce((a, b) => a + b)).toBe(1000);
  expect(count).toBe(1000);
  const below = (limit: number) => values.filter((v) => v < limit).length;
  expect(counts.slice(0, 10).reduce((a, b) => a + b)).toBe(below(limits[9]!));
  expect(histogramOf([2, 2])).toMatchObject({ limits: [2], counts: [2] });
  expect(histogramOf([0, 1, 2.5, Infinity, 4], 4)).toEqual({
    min: 0,
    max: 4,
    count: 4,
    sum: 7.5,
    sumOfSquares: 23.25,
    limits: [1, 2, 3, 4],
    counts: [1, 1, 1, 1],
  });
  // The largest value is in the last of the 30 parts, whatever 30 widths round to.
  expect(0.2 + 30 * ((0.9 - 0.2) / 30)).not.toBe(0.9);
  const uneven = histogramOf([0.2, 0.9, -Infinity]);
  expect([uneven.limits.length, uneven.limits.at(-1), uneven.counts.at(-1)]).toEqual([30, 0.9, 1]);
  const none = { min: 0, max: 0, count: 0, sum: 0, sumOfSquares: 0, limits: [0], counts: [0] };
  expect(histogramOf([Number.NaN])).toEqual(none);
});
