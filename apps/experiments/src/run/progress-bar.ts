import { SingleBar } from 'cli-progress';

/** A length of time for people: `42 s`, `3 min 05 s`, `2 h 07 min`, `3 d 4 h`; `-` where it is not known. */
export function formatSeconds(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return '-';
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const two = (value: number) => String(value).padStart(2, '0');
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  const minutes = Math.round(whole / 60);
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
  const hours = Math.round(minutes / 60);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** A line in a log after this time, or at every twentieth of the whole, but never more than one in `LOG_LEAST_MS`. */
const LOG_EVERY_MS = 10_000;
const LOG_LEAST_MS = 2000;
const LOG_PARTS = 20;
/** JSON lines for a program that watches, at most this often. */
const JSON_EVERY_MS = 200;

export interface ProgressBarOptions {
  readonly label: string;
  readonly total: number;
  /** Done before, for instance by the run that is resumed. */
  readonly start?: number;
  readonly stream?: Pick<NodeJS.WriteStream, 'isTTY' | 'write'>;
  /** Milliseconds; a parameter for tests. */
  readonly clock?: () => number;
  /** `json` (the environment variable PRISMAMBA_PROGRESS): one JSON object a line, for a program that watches. */
  readonly mode?: 'json' | undefined;
}

/** Fields of a JSON line beside `event`, `label`, `done` and `total`. */
type Extra = Readonly<Record<string, number | string>>;

/**
 * Progress with the time that is left: a bar on a terminal; in a log the first and the last line, and between them one every ten
 * seconds or 5 %, two seconds apart at least. The time is that of what was done in this process, so that a resumed run does not count old work.
 */
export class ProgressBar {
  private readonly stream: Pick<NodeJS.WriteStream, 'isTTY' | 'write'>;
  private readonly clock: () => number;
  private readonly bar: SingleBar | undefined;
  private readonly json: boolean;
  private readonly began: number;
  private readonly first: number;
  private total: number;
  private done: number;
  private text = '';
  private extra: Extra = {};
  private toldAt = -Infinity;
  private toldDone: number;
  private stopped = false;

  constructor(private readonly options: ProgressBarOptions) {
    const { stream = process.stderr, clock = () => performance.now(), start = 0, total } = options;
    this.stream = stream;
    this.clock = clock;
    this.total = total;
    this.first = this.done = this.toldDone = start;
    this.began = clock();
    this.json = (options.mode ?? process.env['PRISMAMBA_PROGRESS']) === 'json';
    if (stream.isTTY === true && !this.json) {
      this.bar = new SingleBar({
        format: `${options.label} [{bar}] {value}/{total}{text} | ETA {left}`,
        barsize: 24,
        hideCursor: true,
        stopOnComplete: false,
        gracefulExit: false,
        stream: process.stderr,
      });
      this.bar.start(total, start, { text: '', left: '-' });
    } else this.tell();
  }

  private left(): string {
    const work = this.done - this.first;
    if (work <= 0) return '-';
    return formatSeconds(((this.clock() - this.began) / 1000 / work) * (this.total - this.done));
  }

  private tell(): void {
    this.toldAt = this.clock();
    this.toldDone = this.done;
    const { label } = this.options;
    if (this.json) {
      const { done, total, extra } = this;
      this.stream.write(`${JSON.stringify({ event: 'progress', label, done, total, ...extra })}\n`);
      return;
    }
    const percent = this.total > 0 ? ` (${Math.floor((100 * this.done) / this.total)} %)` : '';
    this.stream.write(`${label} ${this.done}/${this.total}${percent}${this.text} | ETA ${this.left()}\n`);
  }

  /** `text` stands behind the count, such as ` | loss 0.012`; `extra` goes into a JSON line. */
  update(done: number, { text = this.text, extra = this.extra, total = this.total } = {}): void {
    this.done = done;
    this.text = text;
    this.extra = extra;
    this.total = total;
    if (this.bar !== undefined) {
      this.bar.setTotal(total);
      this.bar.update(done, { text, left: this.left() });
      return;
    }
    const waited = this.clock() - this.toldAt;
    const isDue = this.json
      ? waited >= JSON_EVERY_MS
      : waited >= LOG_EVERY_MS || (waited >= LOG_LEAST_MS && done - this.toldDone >= total / LOG_PARTS);
    if (isDue || (done === total && this.toldDone !== total)) this.tell();
  }

  /** Ends the bar as it stands; may be called twice. */
  stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    if (this.bar !== undefined) this.bar.stop();
    else if (this.toldDone !== this.done) this.tell();
  }
}
