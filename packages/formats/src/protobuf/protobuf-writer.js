/**
 * The part of the protobuf wire format that ONNX and TensorBoard need: varints, floats, doubles, length-delimited fields.
 * Source: Protocol Buffers encoding guide.
 */
export class ProtobufWriter {
    #chunks = [];
    #size = 0;
    #push(bytes) {
        this.#chunks.push(bytes);
        this.#size += bytes.length;
    }
    #varint(value) {
        const bytes = [];
        let rest = BigInt.asUintN(64, value);
        do {
            const low = Number(rest & 0x7fn);
            rest >>= 7n;
            bytes.push(rest === 0n ? low : low | 0x80);
        } while (rest !== 0n);
        this.#push(Uint8Array.from(bytes));
    }
    #tag(field, wireType) {
        this.#varint(BigInt((field << 3) | wireType));
    }
    /** A varint field (int32, int64, enum); negative values as two's complement of 64 bits. */
    int(field, value) {
        this.#tag(field, 0);
        this.#varint(BigInt(value));
        return this;
    }
    /** A 32-bit float field. */
    float(field, value) {
        this.#tag(field, 5);
        const bytes = new Uint8Array(4);
        new DataView(bytes.buffer).setFloat32(0, value, true);
        this.#push(bytes);
        return this;
    }
    /** A 64-bit float field. */
    double(field, value) {
        this.#tag(field, 1);
        this.#push(doubleBytes([value]));
        return this;
    }
    /** A repeated field of 64-bit floats, packed. */
    packedDoubles(field, values) {
        return this.bytes(field, doubleBytes(values));
    }
    bytes(field, value) {
        this.#tag(field, 2);
        this.#varint(BigInt(value.length));
        this.#push(value);
        return this;
    }
    string(field, value) {
        return this.bytes(field, new TextEncoder().encode(value));
    }
    message(field, build) {
        const inner = new ProtobufWriter();
        build(inner);
        return this.bytes(field, inner.finish());
    }
    /** All bytes written so far. */
    finish() {
        const out = new Uint8Array(this.#size);
        let offset = 0;
        for (const chunk of this.#chunks) {
            out.set(chunk, offset);
            offset += chunk.length;
        }
        return out;
    }
}
function doubleBytes(values) {
    const view = new DataView(new ArrayBuffer(8 * values.length));
    values.forEach((value, i) => view.setFloat64(8 * i, value, true));
    return new Uint8Array(view.buffer);
}
