import { FormatError } from '../format-error.js';
/**
 * The entries `name = value` of an ENVI header after its first line, by name in lower case. A value in braces may begin
 * on the line after its name, run over several lines and be followed by the next entry on the line of its closing brace; it
 * is kept without the braces. Lines that begin with a semicolon are comments, also between braces.
 *
 * @throws FormatError for braces that are not closed, and for an entry that is there twice with two values
 */
export function readEnviFields(text, name) {
    const fields = new Map();
    let rest = text
        .split(/\r\n|\r|\n/)
        .slice(1)
        .filter((line) => !line.trimStart().startsWith(';'))
        .join('\n');
    for (;;) {
        const entry = /^[^\S\n]*([^=\n]*?)[^\S\n]*=[^\S\n]*/m.exec(rest);
        if (entry === null)
            return fields;
        rest = rest.slice(entry.index + entry[0].length);
        const key = (entry[1] ?? '').toLowerCase().replace(/\s+/g, ' ');
        let value;
        if (/^\s*\{/.test(rest)) {
            const opened = rest.indexOf('{') + 1;
            const closed = closingBrace(rest, opened);
            if (closed < 0) {
                throw new FormatError({
                    name,
                    offset: offsetOfEntry(text, key) ?? 0,
                    problem: `the braces of '${key}' are not closed`,
                    expected: "'}' after its value",
                    fix: 'The header is truncated or damaged: copy or download it again',
                });
            }
            value = rest.slice(opened, closed).trim();
            rest = rest.slice(closed + 1);
        }
        else {
            const end = rest.indexOf('\n');
            value = (end < 0 ? rest : rest.slice(0, end)).trim();
            rest = end < 0 ? '' : rest.slice(end);
        }
        const other = fields.get(key);
        if (other !== undefined && other !== value) {
            throw new FormatError({
                name,
                offset: offsetOfEntry(text, key) ?? 0,
                problem: `'${key}' is there twice, as '${short(other)}' and as '${short(value)}'`,
                expected: 'one value',
                fix: 'Delete the wrong one from the header',
            });
        }
        fields.set(key, value);
    }
}
/** Where an entry of this name stands, in bytes of UTF-8; the last of several. */
export function offsetOfEntry(text, key) {
    const words = key.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(' ', '\\s+');
    const entry = [...text.matchAll(new RegExp(`(?<=[\\n\\r}]\\s*)${words}\\s*=`, 'gi'))].at(-1);
    return entry === undefined ? undefined : new TextEncoder().encode(text.slice(0, entry.index)).length;
}
const short = (value) => (value.length > 40 ? `${value.slice(0, 37)}...` : value);
/** The brace after which nothing or the next entry follows on its line: descriptions may hold braces of their own. */
function closingBrace(text, from) {
    for (let at = text.indexOf('}', from); at >= 0; at = text.indexOf('}', at + 1)) {
        if (/^[^\S\n]*(\n|$|[^={}\n]+=)/.test(text.slice(at + 1)))
            return at;
    }
    return -1;
}
/** The items of a list; undefined where there is none. A comma after the last item is no item. */
export function enviList(value) {
    if (value === undefined || value.trim() === '')
        return undefined;
    const items = value.split(',').map((item) => item.trim());
    if (items.length > 1 && items.at(-1) === '')
        items.pop();
    return items;
}
