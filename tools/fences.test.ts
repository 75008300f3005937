import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cheapForm } from './documented-commands.mjs';
import { pagesOf } from './readme-examples.mjs';
import { root, workspacePackages } from './workspace.mjs';

// Every code block of a page is run by something, or is a picture: this test says by what, and finds one that nothing runs.

interface Fence {
  /** What stands after the three backticks. */
  readonly kind: string;
  readonly text: string;
  /** The kind of the fence right before it, with nothing but empty lines between. */
  readonly after: string | undefined;
}

function fencesOf(page: string): Fence[] {
  const found = [...page.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)];
  return found.map((match, i) => {
    const before = found[i - 1];
    const between = before === undefined ? 'text' : page.slice(before.index + before[0].length, match.index);
    return { kind: match[1]!, text: match[2]!, after: between.trim() === '' ? before?.[1] : undefined };
  });
}

/** Pages whose examples are run: of packages, and guides that belong to one (pagesOf). */
const examplePages = new Set(workspacePackages().flatMap((one) => (one.published ? pagesOf(one) : [])));

/** Pages whose YAML apps/experiments/src/config/guide-pages.test.ts, or for reproduce.md tables.test.ts, loads. */
const yamlPages = /^(docs\/[a-z-]+\.md|apps\/experiments\/README\.md)$/;

/**
 * Pages whose programs want a package that is no dependency of the workspace. docs/onnx.md: engine.slow.test.ts of apps/experiments runs
 * those for Node and Python where onnxruntime is; the one for browsers (onnxruntime-web) is only shown.
 */
const slowPages = new Set(['docs/onnx.md']);

/** What is wrong with the code blocks of a page. */
function unrun(file: string, page: string): string[] {
  const fences = fencesOf(page).flatMap(({ kind, text, after }) => {
    const place = `${file}: \`\`\`${kind}: ${text.split('\n')[0]}`;
    switch (kind) {
      case 'sh':
      case 'mermaid':
        return []; // `npm test -- commands` runs the commands, and finds one without a rule
      case 'ts runnable':
        return examplePages.has(join(root, file))
          ? []
          : [`${place}: no package runs the examples of this page`];
      case 'text output':
        return after === 'ts runnable' ? [] : [`${place}: stands behind no example`];
      case 'yaml':
        return yamlPages.test(file) ? [] : [`${place}: no test loads the experiments of this page`];
      case 'js':
      case 'python':
        return slowPages.has(file) ? [] : [`${place}: no test runs the programs of this page`];
      default:
        return [`${place}: nothing runs this; wanted sh, ts runnable, text output, yaml or mermaid`];
    }
  });
  // Indented blocks are commands too.
  const prose = page.replace(/^```[\s\S]*?^```$/gm, '').replace(/<!--[\s\S]*?-->/g, '');
  const indented = [...prose.matchAll(/(?<=\n\n)(?: {4}\S.*\n)+/g)].flatMap(([block]) =>
    block.trim().split('\n'),
  );
  const commands = indented.map((line) => line.replace(/\s+# .*$/, '').trim());
  return [
    ...fences,
    ...commands
      .filter((command) => cheapForm(command) === undefined)
      .map((command) => `${file}: ${command}: tools/documented-commands.mjs has no rule for it`),
  ];
}

const pages = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
  cwd: root,
})
  .toString()
  .split('\n')
  .filter((file) => file !== '' && !/(^|\/)(golden|fixtures|\.changeset|api)\/|CHANGELOG\.md$/.test(file));

describe('code blocks of the pages', () => {
  it('are all run by something', () => {
    expect(pages.length).toBeGreaterThan(30);
    expect(pages.flatMap((file) => unrun(file, readFileSync(join(root, file), 'utf8')))).toEqual([]);
  });
  it('are found where nothing runs them', () => {
    const page =
      '```ts\nlet a;\n```\n\n```js\nlet c;\n```\n\n```ts runnable\nlet b;\n```\n\nWords.\n\n```text output\n1\n```\n\n    npm run nosuch\n\n```yaml\na: 1\n```\n';
    expect(unrun('packages/x/README.md', page)).toEqual([
      expect.stringMatching(/```ts: let a;: nothing runs this/),
      expect.stringMatching(/```js: let c;: no test runs the programs/),
      expect.stringMatching(/let b;: no package runs/),
      expect.stringMatching(/text output: 1: stands behind no example/),
      expect.stringMatching(/yaml: a: 1: no test loads/),
      expect.stringMatching(/npm run nosuch: .*no rule/),
    ]);
  });
});
