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
