import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { getProtocol, protocolNames, type Protocol } from '../index.js';

const page = readFileSync(new URL('../../../../docs/metric-protocols.md', import.meta.url), 'utf8');

const optionText = (options: object | undefined): string =>
  Object.entries(options ?? {})
    .map(([key, value]) => `${key} ${String(value)}`)
    .join(', ');

/** The rows that the page must hold, made from the data; on a failure paste what was wanted. */
const overviewRow = (p: Protocol): string[] => [
  `\`${p.name}\``,
  p.crop === 0 ? 'none' : `[${p.crop}:-${p.crop}]`,
  p.clip === null ? 'none' : `[${p.clip.join(', ')}]`,
  p.darkThreshold === null ? 'all pixels' : `mean >= ${p.darkThreshold}`,
  p.aggregation,
];
const columnRows = (p: Protocol): string[][] =>
  p.columns.map((c) => [`\`${c.key}\``, `\`${c.metric}\``, optionText(c.options)]);

const cells = (row: string): string[] =>
  row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
const pageRows = page
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map(cells);

describe('docs/metric-protocols.md says what the data say', () => {
  it.each(protocolNames)('%s', (name) => {
    const protocol = getProtocol(name);
    expect(pageRows).toContainEqual(overviewRow(protocol));
    const section = page.split(/^## /m).find((part) => part.startsWith(`\`${name}\``));
    const rows = (section ?? '')
      .split('\n')
      .filter((line) => /^\| `/.test(line))
      .map(cells);
    expect(rows).toEqual(columnRows(protocol));
    for (const note of protocol.notes) expect(section?.replace(/\s+/g, ' ')).toContain(note);
  });
});
