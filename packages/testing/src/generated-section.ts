import { readFileSync, writeFileSync } from 'node:fs';
import { formatted } from './formatted.js';

/** One row of a Markdown table. */
export const tableRow = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

/** A Markdown table. */
export const table = (header: readonly string[], rows: readonly (readonly string[])[]): string =>
  [header, header.map(() => '---'), ...rows].map(tableRow).join('\n');

/**
 * Holds the part of a page between `<!-- name -->` and `<!-- /name -->` against what the code says. With PRISMAMBA_WRITE_DOCS=1
 * in the environment the part is written instead.
 *
 * @throws Error where the page has no such part, or another text
 */
export async function checkGeneratedSection(path: string, name: string, text: string): Promise<void> {
  const page = readFileSync(path, 'utf8');
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [page.indexOf(start), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${path} has no section '${start}' ... '${end}'`);
  const wanted = `${page.slice(0, from)}${start}\n\n${text}\n\n${page.slice(to)}`;
  const whole = await formatted(path, wanted);
  if (whole === page) return;
  if (process.env['PRISMAMBA_WRITE_DOCS'] === '1') {
    writeFileSync(path, whole);
    return;
  }
  throw new Error(
    `${path}: the section '${name}' is not what the code says; PRISMAMBA_WRITE_DOCS=1 writes it. Wanted:\n${text}`,
  );
}
