/** What one measured child process prints. */
export interface JobResult {
  /** Minimum over the repeats. */
  readonly seconds: number;
  /** Minimum CPU time of the process over the repeats (all threads). */
  readonly cpuSeconds: number;
  /** Largest resident set of the process. */
  readonly peakBytes?: number;
  /** Nanoseconds per token x channel x 16 states, of CPU time. */
  readonly nsPerUnit?: number;
  /** max|a - b| / max|b| against float64, where the output is known. */
  readonly error?: number;
  /** Threads that really shared the work, where the job can tell; `threads` of a case are those asked for. */
  readonly threadsRan?: number;
  /** Of scans on native TensorFlow: the same out of its own operators, and on the WASM backend, in turns with `seconds`. */
  readonly composedSeconds?: number;
  readonly wasmSeconds?: number;
  readonly note?: string;
  readonly [extra: string]: unknown;
}

/** Runs `body` once to warm up and then `repeats` times; the minima of wall and process CPU time. */
export async function measure(
  body: () => unknown,
  repeats: number,
  warmUps = 1,
): Promise<{ seconds: number; cpuSeconds: number }> {
  for (let i = 0; i < warmUps; i++) await body();
  let seconds = Infinity;
  let cpuSeconds = Infinity;
  for (let i = 0; i < repeats; i++) {
    const cpu = process.cpuUsage();
    const start = performance.now();
    await body();
    seconds = Math.min(seconds, (performance.now() - start) / 1000);
    const used = process.cpuUsage(cpu);
    cpuSeconds = Math.min(cpuSeconds, (used.user + used.system) / 1e6);
  }
  return { seconds, cpuSeconds };
}

/** Something to measure, and what must be done before each of its runs and is not measured. */
export interface Way {
  readonly prepare: () => Promise<void>;
  readonly run: () => Promise<void>;
}

/** Wall seconds that `measureTogether` takes, about, and the fewest and most rounds. */
const TOGETHER = { seconds: 4, fewest: 2, most: 40 };

/** Measures several ways in turns, so that a busy host is busy for all of them; minima, after one round to warm up. */
export async function measureTogether<Name extends string>(
  ways: Readonly<Record<Name, Way>>,
): Promise<Record<Name, { seconds: number; cpuSeconds: number }>> {
  const names = Object.keys(ways) as Name[];
  const best = Object.fromEntries(
    names.map((name) => [name, { seconds: Infinity, cpuSeconds: Infinity }]),
  ) as Record<Name, { seconds: number; cpuSeconds: number }>;
  const start = performance.now();
  for (let round = 0; round <= TOGETHER.most; round++) {
    if (round > TOGETHER.fewest && performance.now() - start > 1000 * TOGETHER.seconds) break;
    for (const name of names) {
      const { prepare, run } = ways[name];
      await prepare();
      const { seconds, cpuSeconds } = await measure(run, 1, round === 0 ? 1 : 0);
      best[name] = {
        seconds: Math.min(best[name].seconds, seconds),
        cpuSeconds: Math.min(best[name].cpuSeconds, cpuSeconds),
      };
    }
  }
  return best;
}
