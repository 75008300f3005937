import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, it } from 'vitest';
import { root } from './workspace.mjs';

// Every link of a page of the project leads somewhere: to a file of the checkout, and to a heading of it where it names one.

const pages = execFileSync('git', ['ls-files', '*.md'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter((file) => file !== '' && existsSync(join(root, file)) && !/(^|\/)(api|fixtures)\//.test(file));

/** As the forge makes an anchor of a heading. */
const anchorOf = (heading: string) =>
  heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\- _]/gu, '')
    .replaceAll(' ', '-');
const withoutCode = (text: string) => text.replace(/```[\s\S]*?```/g, '').replace(/`[^`\n]*`/g, '');
const anchorsOf = (file: string) =>
  [
    ...readFileSync(file, 'utf8')
      .replace(/```[\s\S]*?```/g, '')
      .matchAll(/^#+ (.*)$/gm),
  ].map(([, heading]) => anchorOf(heading!.trim()));

/** Links that lead nowhere, each with what is missing. */
function deadLinks(page: string, text: string): string[] {
  return [...withoutCode(text).matchAll(/\]\(([^)\s]+)(?: "[^"]*")?\)/g)].flatMap(([, target]) => {
    if (/^(https?|mailto):/.test(target!)) return [];
    const [path = '', anchor] = target!.split('#');
    const file = path === '' ? join(root, page) : join(root, dirname(page), decodeURI(path));
    if (!existsSync(file)) return [`${page}: ${target}: there is no ${relative(root, file)}`];
    if (anchor === undefined || !statSync(file).isFile()) return [];
    return anchorsOf(file).includes(anchor) ? [] : [`${page}: ${target}: no heading of that name`];
  });
}

it('links of pages lead somewhere', () => {
  expect(pages.length).toBeGreaterThan(30);
  expect(pages.flatMap((page) => deadLinks(page, readFileSync(join(root, page), 'utf8')))).toEqual([]);
});

it('a link to a file or a heading that is missing is found', () => {
  const text = '[a](nowhere.md) [b](README.md#packages) [c](README.md#no-such-heading) `[d](code.md)`';
  expect(deadLinks('README.md', text)).toEqual([
    'README.md: nowhere.md: there is no nowhere.md',
    'README.md: README.md#no-such-heading: no heading of that name',
  ]);
});
