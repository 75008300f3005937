/** A run on an MLflow tracking server. */
export interface MlflowRun {
  readonly runId: string;
  /** Keeps metrics of a step; sent in batches, in order. */
  metrics(values: Readonly<Record<string, number>>, step: number): void;
  /** Sends what is kept. */
  flush(): Promise<void>;
  /** Sends the rest and ends the run. */
  finish(status: 'FINISHED' | 'FAILED' | 'KILLED'): Promise<void>;
}

export interface MlflowOptions {
  /** Tracking server, such as `http://127.0.0.1:5000`. */
  readonly url: string;
  /** Name of the experiment; made where it does not exist. */
  readonly experiment: string;
  readonly runName: string;
  /** Settings of the run; longer values are cut to what the server takes (6,000 characters). */
  readonly params?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  /** Id of a run to go on with (a resumed run). */
  readonly runId?: string;
  /**
   * Told when the server does not take a batch of metrics; training goes on, the metrics are kept and sent with the next
   * batch. Problems while the run is opened are thrown.
   */
  readonly onProblem?: (error: Error) => void;
  readonly fetch?: typeof globalThis.fetch;
  readonly now?: () => number;
}

/** Limits of the REST interface for one `log-batch`. */
const METRICS_PER_BATCH = 1000;
const PARAMS_PER_BATCH = 100;
const PARAM_LENGTH = 6000;
/** Metrics that are kept before a batch is sent without being asked for. */
const SEND_AT = 500;
/** Kept metrics at most, while the server is away; the oldest go first, and `onProblem` says how many. */
const KEPT_AT_MOST = 100_000;
const TIMEOUT = 30_000;

interface Metric {
  readonly key: string;
  readonly value: number;
  readonly timestamp: number;
  readonly step: number;
}

/** The server's answer was not the one that was asked for. */
export class MlflowError extends Error {
  override readonly name = 'MlflowError';
  constructor(
    message: string,
    readonly code?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

const pairs = (record: Readonly<Record<string, string>> = {}) =>
  Object.entries(record).map(([key, value]) => ({ key, value: value.slice(0, PARAM_LENGTH) }));

function client({ url, fetch = globalThis.fetch }: MlflowOptions) {
  const base = `${url.replace(/\/+$/, '')}/api/2.0/mlflow/`;
  return async <T>(method: 'GET' | 'POST', path: string, body: object): Promise<T> => {
    const query =
      method === 'GET' ? `?${new URLSearchParams(body as Record<string, string>).toString()}` : '';
    let response: Response;
    try {
      response = await fetch(`${base}${path}${query}`, {
        method,
        headers: { 'content-type': 'application/json' },
        signal: AbortSignal.timeout(TIMEOUT),
        ...(method === 'POST' ? { body: JSON.stringify(body) } : {}),
      });
    } catch (cause) {
      const reason =
        cause instanceof Error ? (cause.cause instanceof Error ? cause.cause.message : cause.message) : '';
      throw new MlflowError(
        `mlflow: no answer from ${url} (${reason}); is the tracking server running?`,
        undefined,
        {
          cause,
        },
      );
    }
    const text = await response.text();
    let answer: unknown;
    try {
      answer = text === '' ? {} : JSON.parse(text);
    } catch {
      throw new MlflowError(
        `mlflow: ${base}${path} answered ${response.status} and no JSON; is ${url} an MLflow server?`,
      );
    }
    if (response.ok) return answer as T;
    const { error_code: code, message = text } = answer as { error_code?: string; message?: string };
    throw new MlflowError(`mlflow: ${path} answered ${response.status} ${code ?? ''}: ${message}`, code);
  };
}

type Call = ReturnType<typeof client>;

async function experimentId(call: Call, name: string): Promise<string> {
  try {
    const answer = await call<{ experiment: { experiment_id: string } }>('GET', 'experiments/get-by-name', {
      experiment_name: name,
    });
    return answer.experiment.experiment_id;
  } catch (error) {
    if (!(error instanceof MlflowError) || error.code !== 'RESOURCE_DOES_NOT_EXIST') throw error;
  }
  const made = await call<{ experiment_id: string }>('POST', 'experiments/create', { name });
  return made.experiment_id;
}

async function openRun(call: Call, options: MlflowOptions, startTime: number): Promise<string> {
  const { runName, runId, params, tags } = options;
  if (runId !== undefined) {
    await call('POST', 'runs/update', { run_id: runId, status: 'RUNNING' });
    return runId;
  }
  const answer = await call<{ run: { info: { run_id: string } } }>('POST', 'runs/create', {
    experiment_id: await experimentId(call, options.experiment),
    run_name: runName,
    start_time: startTime,
    tags: pairs(tags),
  });
  const id = answer.run.info.run_id;
  const all = pairs(params);
  for (let at = 0; at < all.length; at += PARAMS_PER_BATCH) {
    await call('POST', 'runs/log-batch', { run_id: id, params: all.slice(at, at + PARAMS_PER_BATCH) });
  }
  return id;
}

/**
 * Opens a run on an MLflow tracking server by its REST interface (version 2.0).
 *
 * @throws MlflowError when the server does not answer or refuses.
 */
export async function openMlflow(options: MlflowOptions): Promise<MlflowRun> {
  const { now = Date.now, onProblem } = options;
  const call = client(options);
  const runId = await openRun(call, options, now());
  let kept: Metric[] = [];
  let sending: Promise<void> = Promise.resolve();

  const send = async () => {
    while (kept.length > 0) {
      const batch = kept.slice(0, METRICS_PER_BATCH);
      await call('POST', 'runs/log-batch', { run_id: runId, metrics: batch });
      kept = kept.slice(batch.length);
    }
  };
  const tell = (error: unknown) => {
    if (!(error instanceof Error)) throw error;
    const lost = Math.max(0, kept.length - KEPT_AT_MOST);
    kept = kept.slice(lost);
    onProblem?.(lost === 0 ? error : new MlflowError(`${error.message}; ${lost} metrics were dropped`));
  };
  const flush = () => (sending = sending.then(send).catch(tell));

  return {
    runId,
    metrics(values, step) {
      for (const [key, value] of Object.entries(values)) kept.push({ key, value, timestamp: now(), step });
      if (kept.length >= SEND_AT) void flush();
    },
    flush,
    async finish(status) {
      await flush();
      await call('POST', 'runs/update', { run_id: runId, status, end_time: now() }).catch(tell);
    },
  };
}
