// `npm run examples` in a published package: runs every example of its README against the built packages, as a user would
// run it.
import { join, relative } from 'node:path';
import { readmeExamples, runExample } from './readme-examples.mjs';
import { root } from './workspace.mjs';

const directory = process.cwd();
const readme = join(directory, 'README.md');
const examples = readmeExamples(readme);
let failed = 0;
if (examples.length === 0) {
  failed++;
  process.stdout.write(`FAILED ${relative(root, readme)}: no runnable example\n`);
}
for (const [index, example] of examples.entries()) {
  const label = `${relative(root, readme)} example ${index + 1}`;
  const problem = runExample(example, directory, index + 1);
  if (problem !== undefined) failed++;
  process.stdout.write(problem === undefined ? `ok     ${label}\n` : `FAILED ${label}\n${problem}\n`);
}
process.exit(failed === 0 ? 0 : 1);
