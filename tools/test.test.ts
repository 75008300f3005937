import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readReports } from './test-reports.mjs';
import { root, testFiles } from './workspace.mjs';

describe('npm test', () => {
  it('refuses a step that does not exist, and names those that do', () => {
    const run = spawnSync(process.execPath, ['tools/test.mjs', 'nosuchstep'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(run.status).toBe(2);
    expect(run.stderr).toMatch(/no step 'nosuchstep'; the steps are .*format.*build.*tests/);
    expect(run.stdout).toBe('');
  });
});

describe('the reports of single tests', () => {
  let folder = '';
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'prismamba-reports-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const report = (name: string, content: object) => {
    const path = join(folder, 'reports', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, JSON.stringify(content));
  };

  it('counts what ran, and names what failed or was skipped', () => {
    report('packages/metrics.json', {
      numPassedTests: 2,
      testResults: [
        {
          name: join(folder, 'a.test.ts'),
          status: 'failed',
          assertionResults: [
            { status: 'passed', fullName: 'a' },
            { status: 'failed', fullName: 'b is 1' },
            { status: 'skipped', fullName: 'c (no data)' },
          ],
        },
        {
          name: join(folder, 'broken.test.ts'),
          status: 'failed',
          message: 'no such module',
          assertionResults: [],
        },
      ],
    });
    expect(readReports(folder, [join(folder, 'packages/metrics')])).toEqual({
      passed: 2,
      failures: ['packages/metrics: b is 1', 'packages/metrics: broken.test.ts: no such module'],
      skipped: ['packages/metrics: c (no data)'],
    });
  });

  it('a package without a report is a failure', () => {
    report('packages/metrics.json', { numPassedTests: 1, testResults: [] });
    const { failures } = readReports(folder, [
      join(folder, 'packages/metrics'),
      join(folder, 'packages/core'),
    ]);
    expect(failures).toEqual([
      'packages/core: no report at reports/packages/core.json, so nothing says that its tests ran',
    ]);
  });

  it('test files of a slow lane belong to that lane only', () => {
    const inBenchmarks = join(root, 'apps/benchmarks');
    expect(testFiles(inBenchmarks, 'slow')).toContain('src/onnx-export.slow.test.ts');
    expect(testFiles(inBenchmarks)).not.toContain('src/onnx-export.slow.test.ts');
    expect(testFiles(join(root, 'tools'))).toContain('test.test.ts');
  });
});
