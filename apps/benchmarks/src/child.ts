import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { JobResult } from './jobs/job-result.js';
import type { NativeJob } from './jobs/native.js';
import { appRoot, repositoryRoot } from './paths.js';

/** A measurement, or the reason why there is none. */
export type Outcome = { readonly result: JobResult } | { readonly missing: string };

const TIMEOUT = 15 * 60_000;

function lastJson(output: string): JobResult | undefined {
  const line = output.trim().split('\n').at(-1);
  if (line === undefined || !line.startsWith('{')) return undefined;
  return JSON.parse(line) as JobResult;
}

function outcome(
  name: string,
  command: string,
  args: readonly string[],
  cwd: string,
  environment: Readonly<Record<string, string>> = {},
): Outcome {
  const env = { ...process.env, ...environment };
  const child = spawnSync(command, args, {
    cwd,
    env,
    encoding: 'utf8',
    timeout: TIMEOUT,
    maxBuffer: 1 << 26,
  });
  const result = lastJson(child.stdout ?? '');
  if (result !== undefined && child.status === 0) {
    return result.note !== undefined && !Number.isFinite(result.seconds)
      ? { missing: result.note }
      : { result };
  }
  // The error itself, not the stack and the version of Node below it; Python says it last.
  const lines = (child.stderr ?? '').trim().split('\n');
  const said = lines.find((line) => /^(\w*Error|Uncaught)\b.*: /.test(line)) ?? lines.at(-1) ?? '';
  const stopped = child.signal === 'SIGTERM' ? `stopped after ${TIMEOUT / 60_000} minutes` : undefined;
  const killed =
    child.signal === null ? undefined : `killed by ${child.signal}, most likely for want of memory`;
  const reason = stopped ?? killed ?? (said === '' ? `exit ${child.status}` : said);
  return { missing: `${name} failed: ${reason}` };
}

/** Runs one of our jobs in a process of its own. */
export function runJob(
  name: string,
  parameters: object,
  environment: Readonly<Record<string, string>> = {},
): Outcome {
  // Node 20 has the relaxed instructions behind a flag, later versions by default.
  const relaxed = /"relaxed":true|"implementation":"relaxed"/.test(JSON.stringify(parameters));
  const old = Number(process.versions.node.split('.')[0]) < 22;
  const flags = relaxed && old ? ['--experimental-wasm-relaxed-simd'] : [];
  return outcome(
    name,
    process.execPath,
    [...flags, join(appRoot, 'dist', 'job.js'), name, JSON.stringify(parameters)],
    appRoot,
    environment,
  );
}

/** The same with native TensorFlow: the user's own, else the one that `tools/build-tfjs-node.mjs` has built; with as many threads as ours. */
export const runNativeJob = (parameters: NativeJob): Outcome =>
  runJob('native', parameters, {
    NODE_PATH: join(repositoryRoot, '.tfjs-node', 'node_modules'),
    TF_NUM_INTRAOP_THREADS: String(parameters.threads),
    TF_CPP_MIN_LOG_LEVEL: '2',
  });

/** The interpreter that has PyTorch (Debian's package python3-torch, or PRISMAMBA_PYTHON), if any. */
function findPython(): string | undefined {
  const candidates = [process.env['PRISMAMBA_PYTHON'], '/usr/bin/python3', 'python3'];
  return candidates.find(
    (path) =>
      path !== undefined && spawnSync(path, ['-c', 'import torch, numpy'], { encoding: 'utf8' }).status === 0,
  );
}
let python: string | undefined | null = null;

export interface TorchJob {
  readonly model: string;
  readonly scan?: string;
  readonly mode?: 'forward' | 'train';
  readonly size: string;
  readonly batch?: number;
  readonly threads?: number;
  readonly repeats?: number;
}

/** Networks of which there is a PyTorch script of ours. */
const SCRIPTS = ['gmsr-net', 'agd-net', 'm3sr', 'mst-plus-plus', 'hsrnet'];

/** Runs our PyTorch script of a network; it checks its output against the golden first. */
export function runTorch(job: TorchJob): Outcome {
  python ??= findPython();
  if (python === undefined || python === null) {
    python = undefined;
    return { missing: 'PyTorch is not installed (Debian: apt-get install python3-torch)' };
  }
  if (!SCRIPTS.includes(job.model)) return { missing: 'no PyTorch script of ours' };
  const folder = join(repositoryRoot, 'packages/testing/golden', job.model);
  const golden = [folder, `${folder}-formula`].find(existsSync);
  if (golden === undefined) return { missing: `no golden folder for ${job.model}` };
  const args = ['run.py', job.model, '--size', job.size, '--golden', golden];
  if (job.scan !== undefined) args.push('--scan', job.scan);
  args.push(
    '--mode',
    job.mode ?? 'forward',
    '--batch',
    String(job.batch ?? 1),
    '--threads',
    String(job.threads ?? 1),
    '--repeats',
    String(job.repeats ?? 1),
  );
  return outcome(`PyTorch ${job.model}`, python, args, join(appRoot, 'pytorch'));
}
