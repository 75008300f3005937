// `npm run examples` in a published package: runs every example of its README, and of its guides, against the built packages.
// `npm test` runs them against packed packages in an empty folder instead (first-use.mjs).
import { basename, relative } from 'node:path';
import { pagesOf, readmeExamples, runExample } from './readme-examples.mjs';
import { root } from './workspace.mjs';

const directory = process.cwd();
const pages = pagesOf({ directory, name: basename(directory) });
let failed = 0;
for (const [number, page] of pages.entries()) {
  const examples = readmeExamples(page);
  if (examples.length === 0) {
    failed++;
    process.stdout.write(`FAILED ${relative(root, page)}: no runnable example\n`);
  }
  for (const [index, example] of examples.entries()) {
    const label = `${relative(root, page)} example ${index + 1}`;
    const problem = runExample(example, directory, `${number + 1}-${index + 1}`);
    if (problem !== undefined) failed++;
    process.stdout.write(problem === undefined ? `ok     ${label}\n` : `FAILED ${label}\n${problem}\n`);
  }
}
process.exit(failed === 0 ? 0 : 1);
