// Reads the reports that vitest.base.ts writes: `reports/packages/metrics.json`, with a lane `...metrics.browser.json`.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/**
 * Passed, failed and skipped tests of every report under `root/reports`. A folder of `expected` without a report is a
 * failure: its tests did not run, or an output was lost on the way through the cache.
 */
export function readReports(root, expected) {
  const folder = join(root, 'reports');
  const failures = [];
  const skipped = [];
  let passed = 0;
  for (const directory of expected) {
    const place = relative(root, directory);
    if (!existsSync(join(folder, `${place}.json`))) {
      failures.push(`${place}: no report at reports/${place}.json, so nothing says that its tests ran`);
    }
  }
  const files = existsSync(folder) ? readdirSync(folder, { recursive: true }).map(String).sort() : [];
  for (const file of files.filter((name) => name.endsWith('.json'))) {
    const place = file.slice(0, -'.json'.length);
    const report = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    passed += report.numPassedTests;
    for (const suite of report.testResults) {
      const tests = suite.assertionResults;
      const failed = tests.filter((test) => test.status === 'failed');
      failures.push(...failed.map((test) => `${place}: ${test.fullName}`));
      // A file that could not be loaded has no tests to name.
      if (suite.status === 'failed' && failed.length === 0) {
        failures.push(`${place}: ${relative(root, suite.name)}: ${suite.message}`);
      }
      const unrun = tests.filter((test) => ['pending', 'skipped', 'todo'].includes(test.status));
      skipped.push(...unrun.map((test) => `${place}: ${test.fullName}`));
    }
  }
  return { passed, failures, skipped };
}
