import { join } from 'node:path';
import { FileError, makeFolder, writeFileAtomic } from '@prismamba/formats/node';
import { UserError } from '../user-error.js';
import { tableResultSchema, type TableResult } from './table-result.js';
import { remarksOf, textTables, type TextTable } from './table-text.js';

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function markdownTable({ group, head, rows }: TextTable): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  const rule = `| --- |${' ---: |'.repeat(head.length - 1)}`;
  return [...(group === undefined ? [] : [`## ${group}`, '']), line(head), rule, ...rows.map(line), ''].join(
    '\n',
  );
}

function dataLines({ data }: TableResult): string[] {
  return data.map(({ group, description, rgb, split, checksum }) => {
    const sizes = `${split.train.length} training, ${split.validation.length} validation, ${split.test.length} test scenes`;
    const sum = checksum === null ? '' : `; checksum ${checksum.slice(0, 16)}`;
    return `${group === undefined ? '' : `${group}: `}${description}; RGB ${rgb}; split ${split.name}: ${sizes} (test: ${split.test.join(', ')})${sum}`;
  });
}

/** The table as a page of Markdown. */
export function markdownOf(result: TableResult): string {
  const { title, about, paper, profile, command, commit, protocol, seeds, conclusion } = result;
  const state = result.complete ? '' : ', **NOT COMPLETE**';
  return [
    `# ${title}`,
    '',
    about.trim(),
    '',
    `Profile \`${profile}\`${state}; seeds ${seeds.join(', ')}; commit ${commit ?? 'unknown'}. Made by \`${command}\`.`,
    ...(paper === undefined ? [] : ['', `Paper: ${paper.title}, ${paper.table}.`]),
    '',
    ...textTables(result).map(markdownTable),
    ...(conclusion === undefined ? [] : ['## What it says', '', conclusion.trim(), '']),
    '## What must be read with it',
    '',
    ...remarksOf(result).map((text) => `- ${text}`),
    ...dataLines(result).map((text) => `- Data: ${text}`),
    `- Prediction: ${protocol.prediction}.`,
    ...protocol.metrics.map((p) => `- Protocol \`${p.name}\`: ${p.title}.`),
    `- Mean over the seeds ± sample standard deviation; each seed's number is the mean over the test scenes. GMACs are the honest count at ${result.complexityAt.height} x ${result.complexityAt.width}.`,
    '',
  ].join('\n');
}

const TEX: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '&': '\\&',
  '%': '\\%',
  $: '\\$',
  '#': '\\#',
  _: '\\_',
  '{': '\\{',
  '}': '\\}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '±': '$\\pm$',
};
const tex = (text: string) => text.replaceAll(/[\\&%$#_{}~^±]/g, (char) => TEX[char]!);

/** The table as LaTeX, for `\input`; needs the package booktabs. */
export function latexOf(result: TableResult): string {
  const line = (cells: readonly string[]) => `  ${cells.map(tex).join(' & ')} \\\\`;
  const tables = textTables(result).map(({ group, head, rows }) =>
    [
      '\\begin{table}',
      '\\centering',
      `\\caption{${tex(result.title)}${group === undefined ? '' : `, ${tex(group)}`} (profile ${result.profile}, seeds ${result.seeds.join(', ')}${result.complete ? '' : ', not complete'})}`,
      `\\begin{tabular}{l${'r'.repeat(head.length - 1)}}`,
      '\\toprule',
      line(head),
      '\\midrule',
      ...rows.map(line),
      '\\bottomrule',
      '\\end{tabular}',
      '\\end{table}',
      '',
    ].join('\n'),
  );
  return [...remarksOf(result).map((text) => `% ${text.replaceAll('\n', ' ')}`), ...tables].join('\n');
}

/** Writes table.json, table.md and table.tex; each file whole or not at all. */
export function writeTable(result: TableResult, folder: string): string[] {
  const files = {
    'table.json': `${JSON.stringify(tableResultSchema.parse(result), undefined, 1)}\n`,
    'table.md': markdownOf(result),
    'table.tex': latexOf(result),
  };
  try {
    makeFolder(folder);
    return Object.entries(files).map(([name, text]) => {
      writeFileAtomic(join(folder, name), text);
      return join(folder, name);
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (!(error instanceof FileError) && !(error instanceof Error && 'code' in error)) throw error;
    throw new UserError(
      `the table cannot be written to '${folder}': ${reason}. Its runs are kept; the same command writes it without computing them again`,
    );
  }
}
