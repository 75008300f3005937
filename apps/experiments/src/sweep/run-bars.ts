import cliProgress from 'cli-progress';
import type { RunMessage } from './execute-runs.js';

/** Between two lines of a run where the output is no terminal. */
const LOG_EVERY = 10_000;

/** One bar a run on a terminal; elsewhere a line a run now and then, and one when it starts and ends. */
export class RunBars {
  private readonly multi: cliProgress.MultiBar | undefined;
  private readonly bars = new Map<number, cliProgress.SingleBar>();
  private readonly told = new Map<number, number>();
  private readonly started = new Map<number, number>();
  private readonly width: number;

  constructor(
    private readonly labels: readonly string[],
    private readonly stream: NodeJS.WriteStream = process.stderr,
  ) {
    this.width = Math.min(40, Math.max(...labels.map((label) => label.length), 1));
    if (!stream.isTTY) return;
    this.multi = new cliProgress.MultiBar({
      format: '{label} [{bar}] {value}/{total} {phase} | ETA {eta_formatted}',
      barsize: 20,
      hideCursor: true,
      clearOnComplete: false,
      gracefulExit: false,
      stream,
    });
  }

  private name(i: number): string {
    return `${i + 1}/${this.labels.length} ${this.labels[i]!}`.padEnd(this.width + 8);
  }

  update(i: number, message: Exclude<RunMessage, { event: 'memory' }>): void {
    if (this.multi !== undefined) {
      let bar = this.bars.get(i);
      if (bar === undefined) {
        bar = this.multi.create(1, 0, { label: this.name(i), phase: '' });
        this.bars.set(i, bar);
      }
      if (message.event === 'step') {
        bar.setTotal(message.steps);
        bar.update(message.step, { phase: `loss ${message.loss.toFixed(5)}` });
      } else bar.update({ phase: message.phase });
      return;
    }
    const now = performance.now();
    if (!this.started.has(i)) this.started.set(i, now);
    const isPhase = message.event === 'phase';
    if (!isPhase && now - (this.told.get(i) ?? -Infinity) < LOG_EVERY) return;
    this.told.set(i, now);
    this.stream.write(`${this.name(i)} ${isPhase ? message.phase : this.stepLine(i, message, now)}\n`);
  }

  private stepLine(i: number, { step, steps, loss }: Extract<RunMessage, { event: 'step' }>, now: number): string {
    const perStep = (now - this.started.get(i)!) / Math.max(1, step);
    const seconds = Math.round((perStep * (steps - step)) / 1000);
    return `step ${step}/${steps} | loss ${loss.toFixed(5)} | ETA ${seconds} s`;
  }

  end(i: number, state: string, seconds: number): void {
    this.bars.get(i)?.update({ phase: state });
    if (this.multi === undefined) this.stream.write(`${this.name(i)} ${state} after ${seconds.toFixed(1)} s\n`);
  }

  stop(): void {
    this.multi?.stop();
  }
}
