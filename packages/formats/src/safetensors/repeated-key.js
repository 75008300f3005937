/**
 * The first key that valid JSON repeats inside one object. `JSON.parse` silently keeps the last of
 * two equal keys; the safetensors format forbids them.
 */
export function repeatedKey(json) {
    const open = []; // undefined for an array
    const token = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g;
    for (const match of json.matchAll(token)) {
        const text = match[0];
        if (text === '{')
            open.push(new Set());
        else if (text === '[')
            open.push(undefined);
        else if (text === '}' || text === ']')
            open.pop();
        else if (match[1] !== undefined) {
            const key = JSON.parse(text.slice(0, text.length - match[1].length));
            const keys = open.at(-1);
            if (keys?.has(key))
                return key;
            keys?.add(key);
        }
    }
    return undefined;
}
