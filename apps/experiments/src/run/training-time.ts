import { readFileSync, statSync } from 'node:fs';

/**
 * Seconds of training that a run log holds: from each start to the last record before the next start. Of a run that goes
 * on from a checkpoint that is the time of the processes before this one, without the steps that are done again.
 */
export function secondsInLog(path: string): number {
  // A log may be a device, as /dev/full or a pipe: reading it would never end.
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return 0;
  let seconds = 0;
  let started: number | undefined;
  let last = 0;
  const close = () => {
    if (started !== undefined) seconds += Math.max(0, last - started) / 1000; // a clock may have been set back
  };
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (!/^\{"event":"(started|resumed|step|validation)"/.test(line)) continue;
    const { event, time } = JSON.parse(line) as { event: string; time: string };
    const now = Date.parse(time);
    if (event === 'started' || event === 'resumed') {
      close();
      started = now;
    }
    last = now;
  }
  close();
  return seconds;
}
