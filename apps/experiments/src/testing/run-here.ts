import { main } from '../main.js';
import type { Finished } from './command-line.js';

/** What keeps a process from ending. A thread of a pool or the channel to the test runner does not. */
const HOLDS = new Set([
  'Timeout',
  'Immediate',
  'ChildProcess',
  'FSReqPromise',
  'TCPSocketWrap',
  'TCPServerWrap',
]);
const held = () =>
  process
    .getActiveResourcesInfo()
    .filter((name) => HOLDS.has(name))
    .sort();
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits for what a command has begun to be over; a progress bar that runs on, for instance, never is. */
async function nothingHeld(before: readonly string[], args: readonly string[]): Promise<void> {
  for (let looks = 0; held().length > before.length; looks++) {
    if (looks === 100) throw new Error(`prismamba ${args.join(' ')} would not end: ${held().join(', ')}`);
    await pause(20);
  }
}

/**
 * Runs one command line inside this process, in a folder: the same program as the command `prismamba`, which takes as long to start
 * as most commands take. One at a time. Whether the process would end is looked at; signals, pipes and limits need a process of their
 * own (`start`). For tests.
 */
export async function runHere(args: readonly string[], folder: string): Promise<Finished> {
  const { exitCode, env } = process;
  const cwd = process.cwd();
  const writers = [process.stdout, process.stderr].map((stream) => ({
    stream,
    write: stream.write,
    text: '',
  }));
  const data = env['PRISMAMBA_DATA'];
  const before = held();
  for (const each of writers) {
    each.stream.write = (chunk: string | Uint8Array) => {
      each.text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
      return true;
    };
  }
  process.exitCode = undefined;
  process.chdir(folder);
  delete env['PRISMAMBA_DATA'];
  try {
    await main(args);
    await nothingHeld(before, args);
    const [stdout, stderr] = writers.map(({ text }) => text) as [string, string];
    return { code: Number(process.exitCode ?? 0), stdout, stderr };
  } finally {
    for (const { stream, write } of writers) stream.write = write;
    process.exitCode = exitCode;
    process.chdir(cwd);
    if (data !== undefined) env['PRISMAMBA_DATA'] = data;
  }
}
