// A walk through commands, printed as it goes: command, exit code, seconds; what went wrong below the line. Used by the tests
// that do what a user does (first-use.mjs, release/test-release.mjs).
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Seconds since a time of `performance.now()`, for a line of the transcript. */
export const seconds = (start) => `${((performance.now() - start) / 1000).toFixed(1)} s`;

/** The `walk`, `report` and `skip` of one transcript; `end` prints the sum and gives the exit code. */
export function createTranscript(title) {
  const count = { ok: 0, FAILED: 0, skip: 0 };
  const line = (word, text) => {
    count[word]++;
    process.stdout.write(`${word.padEnd(6)} ${text}\n`);
  };

  function report(wrong, what, detail, output = '') {
    line(wrong.length === 0 ? 'ok' : 'FAILED', `${what} (${detail})`);
    for (const problem of wrong) process.stdout.write(`       ${problem}\n`);
    if (wrong.length > 0) process.stdout.write(`${output.slice(-3000)}\n`);
    return wrong.length === 0;
  }

  /** Runs a command by the shell and holds its exit code and output against what is wanted; `minutes` only guard against hanging. */
  function walk(cwd, command, { code = 0, prints = [], leaves = [], env = {}, minutes = 60 } = {}) {
    const start = performance.now();
    const run = spawnSync('bash', ['-o', 'pipefail', '-c', command], {
      cwd,
      encoding: 'utf8',
      timeout: minutes * 60_000,
      maxBuffer: 1 << 26,
      env: { ...process.env, PRISMAMBA_DATA: undefined, NX_DAEMON: 'false', NX_TUI: 'false', ...env },
    });
    const output = `${run.stdout}${run.stderr}`;
    const late = run.error?.code === 'ETIMEDOUT' ? [`was stopped after ${minutes} minutes`] : [];
    const wrong = [
      ...late,
      ...(run.status === code ? [] : [`exit code ${run.status ?? run.signal}, wanted ${code}`]),
      ...prints.filter((text) => !output.includes(text)).map((text) => `did not print '${text}'`),
      ...leaves.filter((file) => !existsSync(join(cwd, file))).map((file) => `left no ${file}`),
      ...(/^\s+at .*:\d+:\d+\)?$/m.test(run.stderr) ? ['printed a stack'] : []),
    ];
    return report(wrong, `$ ${command}`, `exit code ${run.status}, ${seconds(start)}`, output);
  }

  const skip = (what, reason) => line('skip', `${what}: ${reason}`);
  function end() {
    const skipped = count.skip > 0 ? `, ${count.skip} skipped` : '';
    process.stdout.write(`${title}: ${count.ok} passed, ${count.FAILED} failed${skipped}\n`);
    return count.FAILED === 0 ? 0 : 1;
  }
  return { walk, report, skip, end };
}
