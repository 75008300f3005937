import cliProgress from 'cli-progress';
import { formatSeconds } from '../run/progress-bar.js';
import type { RunMessage } from './run-message.js';

/** Between two lines of a run where the output is no terminal. */
const LOG_EVERY_MS = 10_000;

type Progress = Extract<RunMessage, { event: 'progress' }>;

/** One bar a run on a terminal; elsewhere a line a run now and then, and one when it ends. */
export class RunBars {
  private readonly multi: cliProgress.MultiBar | undefined;
  private readonly bars = new Map<number, cliProgress.SingleBar>();
  /** When a run began what it is at (training, evaluating ...), and how much was done then. */
  private readonly phases = new Map<number, { label: string; began: number; first: number; told: number }>();
  private readonly width: number;

  constructor(
    private readonly labels: readonly string[],
    private readonly stream: Pick<NodeJS.WriteStream, 'isTTY' | 'write'> = process.stderr,
  ) {
    this.width = Math.min(60, Math.max(...labels.map((label) => label.length), 1));
    if (stream.isTTY !== true) return;
    this.multi = new cliProgress.MultiBar({
      format: '{name} [{bar}] {phase} {value}/{total}{loss} | ETA {left}',
      barsize: 16,
      hideCursor: true,
      clearOnComplete: false,
      gracefulExit: false,
      stream: process.stderr,
    });
  }

  private name(i: number): string {
    return `${i + 1}/${this.labels.length} ${this.labels[i]!.padEnd(this.width)}`;
  }

  update(i: number, { label, done, total, loss }: Progress): void {
    const now = performance.now();
    let phase = this.phases.get(i);
    if (phase?.label !== label) {
      phase = { label, began: now, first: done, told: -Infinity };
      this.phases.set(i, phase);
    }
    const work = done - phase.first;
    const left = work > 0 ? formatSeconds(((now - phase.began) / 1000 / work) * (total - done)) : '-';
    const shown = loss === undefined ? '' : ` | loss ${loss.toFixed(5)}`;
    if (this.multi !== undefined) {
      let bar = this.bars.get(i);
      if (bar === undefined) this.bars.set(i, (bar = this.multi.create(total, done, {})));
      bar.setTotal(total);
      bar.update(done, { name: this.name(i), phase: label, loss: shown, left });
    } else if (now - phase.told >= LOG_EVERY_MS) {
      phase.told = now;
      this.stream.write(`${this.name(i)} ${label} ${done}/${total}${shown} | ETA ${left}\n`);
    }
  }

  end(i: number, state: string, seconds: number): void {
    this.bars.get(i)?.update({ phase: state, loss: '', left: '-' });
    if (this.multi === undefined)
      this.stream.write(`${this.name(i)} ${state} after ${formatSeconds(seconds)}\n`);
  }

  stop(): void {
    this.multi?.stop();
  }
}
