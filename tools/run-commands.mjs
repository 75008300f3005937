// `npm test -- commands`: every npm script and every command that the pages print, in its cheap form, in a clone where
// nothing is built, so that a missing dependency shows. `--list` only prints what would run; other
// arguments are texts, and only commands that contain one of them are looked at (the command line needs 'npm start' first).
import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { cheapForm, documentedCommands } from './documented-commands.mjs';
import { freshClone } from './fresh-clone.mjs';
import { simpleCommands } from './simple-commands.mjs';
import { root } from './workspace.mjs';

/** Only a guard against hanging. */
const LIMIT = 3_600_000;

const texts = process.argv.slice(2).filter((text) => text !== '--list');
const commands = documentedCommands()
  .filter(({ command }) => texts.length === 0 || texts.some((text) => command.includes(text)))
  .map((item) => ({ ...item, form: cheapForm(item.command) }));
const report = (word, { command, places }, more) => {
  const line = `${word.padEnd(7)} ${command} (${places.join(', ')})${more === undefined ? '' : `: ${more}`}\n`;
  process.stdout.write(line);
  if (word === 'FAILED') failures.push(line);
};

/** What is said again at the end, where it is found. */
const failures = [];
const runs = new Map();
for (const item of commands) {
  const { form } = item;
  if (form === undefined) {
    report('FAILED', item, 'no rule of tools/documented-commands.mjs knows it');
  } else if (form.wrong !== undefined) {
    report('FAILED', item, form.wrong);
  } else if (form.run === undefined) report('mapped', item, form.by ?? `not run: ${form.not}`);
  else {
    const key = `${form.in ?? '.'}: ${form.run}`;
    runs.set(key, { form, items: [...(runs.get(key)?.items ?? []), item] });
  }
}
// What needs a build of its own comes first and meets the bare clone; what needs a run comes after the run.
const order = (run) =>
  ['npm run bench', 'npm start', 'npm run kernels'].findIndex((first) => run.startsWith(first));
const sorted = [...runs.values()].sort((a, b) => rank(a) - rank(b));
function rank({ form: { run } }) {
  const first = order(run);
  if (first >= 0) return first;
  return run.startsWith('npx changeset version') ? 30 : /RUN|figure/.test(run) ? 20 : 10;
}

/** The process that runs commands of the command line, once one has been built and asked for. */
let commandLine;
/** That it has ended: one promise a process, whatever the number of commands. */
let gone;
if (!process.argv.includes('--list')) {
  const clone = freshClone({ cache: true });
  try {
    const scenes = { train: ['beads'], test: ['toys'] };
    writeFileSync(join(clone.directory, 'split.json'), JSON.stringify({ ...scenes, mini: scenes }));
    for (const { form, items } of sorted) await runOne(clone, form, items);
  } finally {
    commandLine?.kill();
    clone.remove();
  }
} else for (const { form, items } of sorted) items.forEach((item) => report('run', item, form.run));
process.stdout.write(`${failures.join('')}${commands.length} commands, ${failures.length} failed\n`);
process.exit(failures.length === 0 ? 0 : 1);

async function runOne(clone, form, items) {
  const runFolder = () => {
    const folder = join('runs', 'quickstart');
    return join(folder, readdirSync(join(clone.directory, folder))[0]);
  };
  const command = form.run.replace(/\bRUN\b/, () => runFolder());
  const start = performance.now();
  const folder = join(clone.directory, form.in ?? '.');
  const simple = simpleCommands(command);
  const result =
    simple === undefined ? inShell(clone, command, folder) : await inProcess(clone, simple, folder);
  const seconds = `${((performance.now() - start) / 1000).toFixed(1)} s`;
  const ok = result.status === 0;
  for (const item of items) {
    const lacking = ok ? (item.form.prints ?? []).filter((word) => !result.stdout.includes(word)) : [];
    const good = ok && lacking.length === 0;
    const more = lacking.length === 0 ? '' : `; it does not print ${lacking.join(', ')}`;
    report(good ? 'ok' : 'FAILED', item, `as ${command}, ${seconds}${more}`);
  }
  if (!ok)
    process.stdout.write(
      `${result.stdout.slice(-3000)}${result.stderr.slice(-3000)}${result.signal ?? ''}\n`,
    );
}

function environment(clone) {
  return {
    ...process.env,
    PATH: [join(clone.directory, 'node_modules/.bin'), process.env.PATH].join(delimiter),
    HOME: clone.home,
    PRISMAMBA_DATA: undefined,
    NX_CACHE_DIRECTORY: undefined,
    NX_WORKSPACE_DATA_DIRECTORY: undefined,
    NX_DAEMON: 'false',
    NX_TUI: 'false',
  };
}

function inShell(clone, command, folder) {
  return spawnSync('bash', ['-o', 'pipefail', '-c', command], {
    cwd: folder,
    env: environment(clone),
    encoding: 'utf8',
    timeout: LIMIT,
    maxBuffer: 1 << 26,
  });
}

/** Runs command lines in the one process; a new one is started where the last has ended. */
async function inProcess(clone, commands, folder) {
  const all = { status: 0, stdout: '', stderr: '' };
  for (const args of commands) {
    if (commandLine === undefined) {
      const main = join(clone.directory, 'apps/experiments/dist/main.js');
      const program = fork(join(root, 'tools/command-process.mjs'), [main], { env: environment(clone) });
      program.once('exit', () => (commandLine = undefined));
      commandLine = program;
      gone = once(program, 'exit');
      await Promise.race([once(program, 'message'), gone]);
    }
    const program = commandLine;
    if (program === undefined) return { ...all, status: 1, signal: 'the command line does not load' };
    const timer = setTimeout(() => program.kill('SIGKILL'), LIMIT);
    program.send({ args, folder });
    const [done] = await Promise.race([once(program, 'message'), gone]);
    clearTimeout(timer);
    all.stdout += done?.stdout ?? '';
    all.stderr += done?.stderr ?? '';
    const status = done?.status ?? 1;
    if (status !== 0) return { ...all, status };
  }
  return all;
}
