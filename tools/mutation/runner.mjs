// The tests' side of `mutate.mjs`, in a process of vitest: a runner that, for one order (`PRISMAMBA_MUTATION`, a JSON file), runs
// test files again and again with one mutant switched on after the other, and writes each verdict as a line of JSON.
//
// A mutant that changes what a module computes while it is loaded needs modules that are loaded anew: an order for one mutant
// (`fresh`) has it on from the beginning.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { startTests } from '@vitest/runner';
import { TestRunner } from 'vitest';

const order = JSON.parse(readFileSync(process.env.PRISMAMBA_MUTATION, 'utf8'));
const write = (line) => appendFileSync(order.answers, `${JSON.stringify(line)}\n`);

let active = order.fresh ?? -1;
/** Mutants that the current test, or the loading of a file, has met. */
let met = new Set();
globalThis.__mutants = {
  on: (id) => {
    met.add(id);
    return id === active;
  },
};
let strayError;
for (const event of ['unhandledRejection', 'uncaughtException'])
  process.on(event, (error) => (strayError ??= `an error outside of tests: ${String(error?.message)}`));

/** Runs one file, only the tests that `wanted` accepts, up to the first that fails. */
class QuietRunner extends TestRunner {
  failed;
  /** Test id -> what it met; '' stands for what was met outside of tests. */
  reach = new Map([['', new Set()]]);
  /** Test id -> milliseconds. */
  times = new Map();
  #started = 0;

  constructor(config, wanted) {
    super({ ...config, setupFiles: [], bail: 0 });
    this.wanted = wanted;
  }
  importFile(path) {
    const modules = this.workerState.evaluatedModules;
    const module = modules.getModuleById(path);
    if (module !== undefined) modules.invalidateModule(module);
    return this.moduleRunner.import(path);
  }
  async onBeforeRunTask(test) {
    if (this.failed !== undefined || !this.wanted(test.id)) test.mode = 'skip';
    for (const id of met) this.reach.get('').add(id);
    met = new Set();
    this.#started = performance.now();
    await super.onBeforeRunTask(test);
  }
  onAfterRunTask(test) {
    super.onAfterRunTask(test);
    this.reach.set(test.id, met);
    this.times.set(test.id, performance.now() - this.#started);
    met = new Set();
    if (test.result?.state === 'fail') this.failed ??= test.name;
  }
  async onAfterRunSuite(suite) {
    for (const id of met) this.reach.get('').add(id);
    met = new Set();
    if (suite.result?.errors?.length > 0)
      this.failed ??= `${suite.name}: ${String(suite.result.errors[0].message).split('\n')[0]}`;
    this.workerState.current = suite.suite ?? suite.file;
  }
}

export default class MutationRunner extends TestRunner {
  #reach = { loading: [], files: {} };
  #tried = false;

  /** The file that brought this process to life is not run here, only loaded. */
  onBeforeRunFiles(files) {
    const skip = (task) => {
      task.mode = 'skip';
      task.tasks?.forEach(skip);
    };
    files.forEach(skip);
  }

  async onAfterRunFiles(files) {
    super.onAfterRunFiles(files);
    write({ pid: process.pid });
    try {
      if (order.fresh !== undefined) await this.#fresh();
      else await this.#warm();
    } catch {
      // What is wrong stands in the answers.
    }
    write({ done: true });
  }

  async #run(file, wanted = () => true) {
    const quiet = new QuietRunner(this.config, wanted);
    Object.defineProperty(quiet, 'moduleRunner', { value: this.moduleRunner });
    quiet.__setTraces(this._otel);
    strayError = undefined;
    const [task] = await startTests([file], quiet);
    quiet.failed ??= task.result?.errors?.[0]?.message ?? strayError;
    return quiet;
  }

  async #fresh() {
    write({ begin: order.fresh });
    for (const file of order.files) {
      const { failed } = await this.#run(file);
      if (failed !== undefined) {
        write({ id: order.fresh, outcome: 'killed', by: `${nameOf(file)}: ${failed}` });
        return;
      }
    }
    write({ id: order.fresh, outcome: 'survived', by: `${order.files.length} test files` });
  }

  /** Which test of a file meets which mutant, and how long it takes; kept in a file for the processes that follow. */
  async #reachOf(file) {
    const known = this.#reach.files[file];
    if (known !== undefined) return known;
    write({ expected: 1e9 });
    const { reach, times, failed } = await this.#run(file);
    if (failed !== undefined) {
      // Where mutants were tried before, they may have left something behind: a new process begins with this file.
      write(this.#tried ? { first: file } : { failed: `${nameOf(file)}: ${failed}` });
      throw new Error(failed);
    }
    const { '': outside, ...tests } = Object.fromEntries([...reach].map(([id, ids]) => [id, [...ids]]));
    this.#reach.files[file] = { outside, tests, times: Object.fromEntries(times) };
    writeFileSync(order.reach, JSON.stringify(this.#reach));
    return this.#reach.files[file];
  }

  async #warm() {
    if (existsSync(order.reach)) this.#reach = JSON.parse(readFileSync(order.reach, 'utf8'));
    // What was met so far: the modules that setup files and the first file load.
    else this.#reach.loading = [...met];
    for (const file of order.first) await this.#reachOf(file);
    for (const mutant of order.mutants) {
      const { dirty, ...answer } = await this.#try(mutant);
      write({ id: mutant.id, ...answer });
      if (dirty) return;
    }
  }

  async #try({ id, tests: groups }) {
    let again = this.#reach.loading.includes(id);
    let ran = 0;
    write({ begin: id, expected: 1e9 });
    for (const group of groups) {
      const files = [];
      for (const file of group) {
        const { outside, tests, times } = await this.#reachOf(file);
        if (outside.includes(id)) again = true;
        const meeting = new Set(Object.keys(tests).filter((test) => tests[test].includes(id)));
        const time = [...meeting].reduce((sum, test) => sum + times[test], 0);
        if (meeting.size > 0) files.push({ file, meeting, time });
      }
      files.sort((a, b) => a.time - b.time);
      for (const { file, meeting, time } of files) {
        // For each file anew: a loop that never ends is given up after the time of the quick tests that come first.
        write({ expected: time });
        active = id;
        this.#tried = true;
        const quiet = await this.#run(file, (test) => meeting.has(test));
        active = -1;
        ran += meeting.size;
        if (quiet.failed !== undefined) {
          // The same tests pass without the mutant, or it has left something behind and nothing is known.
          const without = await this.#run(file, (test) => meeting.has(test) && quiet.times.has(test));
          if (without.failed !== undefined) return { outcome: 'again', dirty: true };
          return { outcome: 'killed', by: `${nameOf(file)}: ${quiet.failed}` };
        }
        // What is computed once and kept was computed without the mutant.
        for (const test of meeting) if (quiet.reach.get(test)?.has(id) !== true) again = true;
      }
    }
    if (again) return { outcome: 'again' };
    return { outcome: 'survived', by: ran === 0 ? 'no test reaches it' : `${ran} tests` };
  }
}

const nameOf = (file) => file.slice(order.folder.length + 1);
