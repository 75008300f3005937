// `npm run lint:imports`: the import layers and the ban on circles, over every package, app and tool.
import { findViolations } from './lint/dependency-rules.mjs';
import { root } from './workspace.mjs';

const violations = await findViolations(root);
for (const { rule, comment, path } of violations) {
  process.stdout.write(`${rule}: ${path.join('\n  -> ')}\n  ${comment}\n`);
}
process.stdout.write(`${violations.length} imports break a rule\n`);
process.exit(violations.length === 0 ? 0 : 1);
