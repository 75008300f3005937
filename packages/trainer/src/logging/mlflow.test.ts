import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MlflowError, openMlflow, type MlflowOptions } from './mlflow.js';

interface Run {
  status: string;
  name: string;
  params: Record<string, string>;
  metrics: { key: string; value: number; step: number; timestamp: number }[];
}

/** A tracking server that knows the calls used here and refuses whatever the published interface would refuse. */
class Tracking {
  readonly experiments = new Map<string, string>();
  readonly runs = new Map<string, Run>();
  broken = false;

  answer(method: string, url: URL, body: Record<string, unknown>): [number, object] {
    const path = url.pathname.replace('/api/2.0/mlflow/', '');
    if (this.broken) return [500, { error_code: 'INTERNAL_ERROR', message: 'database is locked' }];
    const id = body['run_id'] as string;
    const run = this.runs.get(id);
    switch (`${method} ${path}`) {
      case 'GET experiments/get-by-name': {
        const name = url.searchParams.get('experiment_name')!;
        const found = this.experiments.get(name);
        if (found === undefined)
          return [404, { error_code: 'RESOURCE_DOES_NOT_EXIST', message: `No Experiment with name=${name}` }];
        return [200, { experiment: { experiment_id: found, name } }];
      }
      case 'POST experiments/create': {
        if (this.experiments.has(body['name'] as string))
          return [400, { error_code: 'RESOURCE_ALREADY_EXISTS', message: 'there is one' }];
        this.experiments.set(body['name'] as string, String(this.experiments.size));
        return [200, { experiment_id: String(this.experiments.size - 1) }];
      }
      case 'POST runs/create': {
        const made = `run${this.runs.size}`;
        if (typeof body['start_time'] !== 'number') return [400, { error_code: 'INVALID_PARAMETER_VALUE' }];
        this.runs.set(made, { status: 'RUNNING', name: body['run_name'] as string, params: {}, metrics: [] });
        return [200, { run: { info: { run_id: made } } }];
      }
      case 'POST runs/log-batch': {
        const metrics = (body['metrics'] ?? []) as Run['metrics'];
        const params = (body['params'] ?? []) as { key: string; value: string }[];
        const fits = metrics.length <= 1000 && params.length <= 100 && metrics.length + params.length > 0;
        const whole = metrics.every((m) => Number.isInteger(m.step) && Number.isInteger(m.timestamp));
        if (run === undefined || !fits || !whole || params.some(({ value }) => value.length > 6000))
          return [400, { error_code: 'INVALID_PARAMETER_VALUE', message: 'bad batch' }];
        run.metrics.push(...metrics);
        for (const { key, value } of params) run.params[key] = value;
        return [200, {}];
      }
      case 'POST runs/update': {
        if (run === undefined) return [404, { error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'no run' }];
        run.status = body['status'] as string;
        return [200, {}];
      }
      default:
        return [404, { error_code: 'ENDPOINT_NOT_FOUND', message: path }];
    }
  }
}

let tracking: Tracking;
let server: Server;
let options: MlflowOptions;

beforeEach(async () => {
  tracking = new Tracking();
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const url = new URL(request.url!, 'http://localhost');
      const body = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
      const [status, answer] = tracking.answer(request.method!, url, body);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  options = { url: `http://127.0.0.1:${port}/`, experiment: 'ablation', runName: 'gmsr-net' };
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

it('makes the experiment once, sends settings and metrics in order and within the limits, ends the run', async () => {
  const params = Object.fromEntries(Array.from({ length: 130 }, (_, i) => [`p${i}`, 'v'.repeat(i * 60)]));
  const run = await openMlflow({ ...options, params });
  for (let step = 1; step <= 2500; step++) run.metrics({ loss: 1 / step }, step);
  await run.finish('FINISHED');
  const kept = tracking.runs.get(run.runId)!;
  expect(kept.status).toBe('FINISHED');
  expect(kept.name).toBe('gmsr-net');
  expect(Object.keys(kept.params)).toHaveLength(130);
  expect(kept.params['p129']).toHaveLength(6000);
  expect(kept.metrics.map(({ step }) => step)).toEqual(Array.from({ length: 2500 }, (_, i) => i + 1));
  expect(kept.metrics[1]).toMatchObject({ key: 'loss', value: 0.5 });
  await openMlflow(options);
  expect([...tracking.experiments.keys()]).toEqual(['ablation']);
});

it('goes on with a run, and keeps metrics while the server is broken', async () => {
  const first = await openMlflow(options);
  await first.finish('KILLED');
  const problems: string[] = [];
  const run = await openMlflow({
    ...options,
    runId: first.runId,
    onProblem: ({ message }) => void problems.push(message),
  });
  expect(tracking.runs.get(run.runId)!.status).toBe('RUNNING');
  tracking.broken = true;
  run.metrics({ loss: 3 }, 1);
  await run.flush();
  tracking.broken = false;
  run.metrics({ loss: 2 }, 2);
  await run.finish('FINISHED');
  expect(problems).toEqual(['mlflow: runs/log-batch answered 500 INTERNAL_ERROR: database is locked']);
  expect(tracking.runs.get(run.runId)!.metrics.map(({ value }) => value)).toEqual([3, 2]);
  expect(tracking.runs.size).toBe(1);
});

it('says when nobody answers, and when something else does', async () => {
  const refused = openMlflow({ ...options, url: 'http://127.0.0.1:9' });
  await expect(refused).rejects.toThrow(
    /mlflow: no answer from http:\/\/127\.0\.0\.1:9 .* is the tracking server running/,
  );
  await expect(refused).rejects.toBeInstanceOf(MlflowError);
  const failing = (error: Error) => openMlflow({ ...options, fetch: () => Promise.reject(error) });
  const refusal = new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') });
  await expect(failing(refusal)).rejects.toThrow('(connect ECONNREFUSED); is the tracking server running?');
  await expect(failing(new Error('timed out'))).rejects.toThrow('(timed out); is the');
  const fetch = () => Promise.resolve(new Response('<html>', { status: 200 }));
  await expect(openMlflow({ ...options, fetch })).rejects.toThrow(/no JSON; is .* an MLflow server/);
});
