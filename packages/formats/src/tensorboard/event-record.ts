import crc32c from 'crc-32/crc32c.js';
import { ProtobufWriter } from '../protobuf/protobuf-writer.js';

/** A histogram as TensorBoard keeps it: counts between limits, and sums of the values themselves. */
export interface EventHistogram {
  readonly min: number;
  readonly max: number;
  readonly count: number;
  readonly sum: number;
  readonly sumOfSquares: number;
  /** Right edge of each bucket, ascending. */
  readonly limits: readonly number[];
  /** Values in each bucket. */
  readonly counts: readonly number[];
}

/** One value under a name. */
export type EventValue =
  | { readonly tag: string; readonly scalar: number }
  | {
      readonly tag: string;
      /** A whole PNG file of height x width pixels. */
      readonly png: Uint8Array;
      readonly height: number;
      readonly width: number;
      readonly channels: 1 | 3 | 4;
    }
  | { readonly tag: string; readonly histogram: EventHistogram };

/**
 * One event. `version` stands in the first record of a file; `start` tells a reader that what earlier files say of this
 * step and later ones was taken back (a resumed run).
 */
export type TensorboardEvent = { readonly wallTime: number; readonly step: number } & (
  | { readonly version: string }
  | { readonly start: true }
  | { readonly values: readonly EventValue[] }
);

/** What the first record of an event file says. */
export const EVENT_FILE_VERSION = 'brain.Event:2';

function writeValue(writer: ProtobufWriter, value: EventValue): void {
  writer.string(1, value.tag);
  if ('scalar' in value) writer.float(2, value.scalar);
  else if ('png' in value) {
    const { png, height, width, channels } = value;
    writer.message(4, (image) => image.int(1, height).int(2, width).int(3, channels).bytes(4, png));
  } else {
    const { min, max, count, sum, sumOfSquares, limits, counts } = value.histogram;
    writer.message(5, (histogram) =>
      histogram
        .double(1, min)
        .double(2, max)
        .double(3, count)
        .double(4, sum)
        .double(5, sumOfSquares)
        .packedDoubles(6, limits)
        .packedDoubles(7, counts),
    );
  }
}

/** The checksum of a record: CRC-32C, rotated and shifted so that a checksum of checksums stays a good one. */
function maskedCrc(bytes: Uint8Array): number {
  const crc = crc32c.buf(bytes, 0) >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/**
 * One event as a TFRecord: length (uint64), its masked CRC-32C, the `Event` message, its masked CRC-32C, little-endian.
 * Source: `tensorflow/core/util/event.proto`, `summary.proto` and the TFRecord format.
 */
export function encodeEvent(event: TensorboardEvent): Uint8Array {
  const writer = new ProtobufWriter().double(1, event.wallTime).int(2, event.step);
  if ('version' in event) writer.string(3, event.version);
  else if ('start' in event) writer.message(7, (log) => log.int(1, 1));
  else {
    writer.message(5, (summary) => {
      for (const value of event.values) summary.message(1, (inner) => writeValue(inner, value));
    });
  }
  const data = writer.finish();
  const record = new Uint8Array(12 + data.length + 4);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc(record.subarray(0, 8)), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc(data), true);
  return record;
}
