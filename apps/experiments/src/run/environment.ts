import { spawnSync } from 'node:child_process';
import { arch, cpus, release, totalmem, type } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { threadReport, type BackendReport } from '@prismamba/backend';
import { version } from '../version.js';

/** Where a result was made: enough to tell why two of them differ. */
export interface Environment {
  readonly prismamba: string;
  /** Commit of the checkout, with `+changes` where files differ from it; null outside a checkout. */
  readonly commit: string | null;
  readonly node: string;
  readonly tensorflowjs: string;
  readonly backend: {
    readonly name: string;
    readonly reason: string;
    /** Threads that the kernels may use; the results have the same bits for any number. */
    readonly threads: number;
    /** Threads of TensorFlow.js's own operators on the WASM backend. */
    readonly tensorflowThreads: number;
  };
  readonly machine: {
    readonly system: string;
    readonly cpu: string;
    readonly cores: number;
    readonly memoryGiB: number;
  };
}

function git(...args: string[]): string | undefined {
  const result = spawnSync('git', args, { cwd: dirname(fileURLToPath(import.meta.url)), encoding: 'utf8' });
  return result.status === 0 ? result.stdout.trim() : undefined;
}

/** Commit of the checkout that the program runs from. */
export function commit(): string | null {
  const head = git('rev-parse', '--short=12', 'HEAD');
  if (head === undefined) return null;
  return git('status', '--porcelain', '--untracked-files=no') === '' ? head : `${head}+changes`;
}

export function describeEnvironment(backend: BackendReport): Environment {
  const processors = cpus();
  return {
    prismamba: version,
    commit: commit(),
    node: process.version,
    tensorflowjs: backend.tfjsVersion,
    backend: {
      name: backend.backend,
      reason: backend.reason,
      threads: threadReport().threads,
      tensorflowThreads: backend.tensorflowThreads.threads,
    },
    machine: {
      system: `${type()} ${release()} ${arch()}`,
      cpu: processors[0]?.model.trim() ?? 'unknown',
      cores: processors.length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
    },
  };
}
