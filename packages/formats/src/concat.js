/** The parts one after the other; a single part is returned as it is. */
export function concat(parts) {
    const [only] = parts;
    if (parts.length === 1 && only !== undefined)
        return only;
    const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
        result.set(part, at);
        at += part.length;
    }
    return result;
}
