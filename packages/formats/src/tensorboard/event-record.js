import crc32c from 'crc-32/crc32c.js';
import { ProtobufWriter } from '../protobuf/protobuf-writer.js';
/** What the first record of an event file says. */
export const EVENT_FILE_VERSION = 'brain.Event:2';
function writeValue(writer, value) {
    writer.string(1, value.tag);
    if ('scalar' in value)
        writer.float(2, value.scalar);
    else if ('png' in value) {
        const { png, height, width, channels } = value;
        writer.message(4, (image) => image.int(1, height).int(2, width).int(3, channels).bytes(4, png));
    }
    else {
        const { min, max, count, sum, sumOfSquares, limits, counts } = value.histogram;
        writer.message(5, (histogram) => histogram
            .double(1, min)
            .double(2, max)
            .double(3, count)
            .double(4, sum)
            .double(5, sumOfSquares)
            .packedDoubles(6, limits)
            .packedDoubles(7, counts));
    }
}
/** The checksum of a record: CRC-32C, rotated and shifted so that a checksum of checksums stays a good one. */
function maskedCrc(bytes) {
    const crc = crc32c.buf(bytes, 0) >>> 0;
    return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
/**
 * One event as a TFRecord: length (uint64), its masked CRC-32C, the `Event` message, its masked CRC-32C, little-endian.
 * Source: `tensorflow/core/util/event.proto`, `summary.proto` and the TFRecord format.
 */
export function encodeEvent(event) {
    const writer = new ProtobufWriter().double(1, event.wallTime).int(2, event.step);
    if ('version' in event)
        writer.string(3, event.version);
    else if ('start' in event)
        writer.message(7, (log) => log.int(1, 1));
    else {
        writer.message(5, (summary) => {
            for (const value of event.values)
                summary.message(1, (inner) => writeValue(inner, value));
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
