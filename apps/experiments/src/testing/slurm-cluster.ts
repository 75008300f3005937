import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';

const PROGRAMS = ['munged', 'slurmctld', 'slurmd', 'sbatch', 'squeue', 'scancel', 'scontrol'];

/** Why there can be no Slurm on this machine; undefined where there can. */
export function whyNoSlurm(): string | undefined {
  if (process.getuid?.() !== 0) return 'starting the daemons of Slurm needs root';
  const missing = PROGRAMS.filter((name) => spawnSync('which', [name]).status !== 0);
  if (missing.length === 0) return undefined;
  return `not installed: ${missing.join(', ')} (Debian: apt-get install slurmctld slurmd slurm-client munge)`;
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) =>
          server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
        ),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

const read = (path: string) => {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return ''; // the process has ended
  }
};

/** Processes whose environment holds all of these entries. */
function processesWith(...entries: string[]): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      const environment = read(`/proc/${pid}/environ`).split('\0');
      return entries.every((entry) => environment.includes(entry));
    })
    .map(Number);
}

const parentOf = (pid: number) => Number(/^PPid:\s*(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0);
const nameOf = (pid: number) => read(`/proc/${pid}/comm`).trim();

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // it has ended
  }
}

/** Two nodes of one CPU each on this machine, with daemons, ports and keys of their own. For tests. */
export class SlurmCluster {
  private constructor(
    private readonly folder: string,
    /** What commands of Slurm need to find it. */
    readonly env: Readonly<Record<string, string>>,
  ) {}

  static async start(): Promise<SlurmCluster> {
    const folder = mkdtempSync(join(tmpdir(), 'prismamba-slurm-'));
    const cluster = new SlurmCluster(folder, { SLURM_CONF: join(folder, 'slurm.conf') });
    try {
      await cluster.startDaemons();
    } catch (error) {
      cluster.stop();
      throw error;
    }
    return cluster;
  }

  private async startDaemons(): Promise<void> {
    const { folder } = this;
    const [control, ...nodes] = await freePorts(3);
    const at = (name: string) => join(folder, name);
    for (const name of ['munge', 'state']) mkdirSync(at(name), { mode: 0o700 });
    writeFileSync(at('munge/key'), randomBytes(1024), { mode: 0o400 });
    const host = hostname();
    writeFileSync(
      at('slurm.conf'),
      `ClusterName=prismamba
SlurmctldHost=${host}(127.0.0.1)
SlurmctldPort=${control}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
# A job that starts again waits until its old credential has expired.
AuthInfo=socket=${at('munge/socket')},cred_expire=5
StateSaveLocation=${at('state')}
SlurmdSpoolDir=${at('spool-%n')}
SlurmctldPidFile=${at('slurmctld.pid')}
SlurmdPidFile=${at('%n.pid')}
SlurmctldLogFile=${at('slurmctld.log')}
SlurmdLogFile=${at('%n.log')}
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SlurmdTimeout=10
KillWait=10
MinJobAge=30
SchedulerParameters=sched_interval=5,bf_interval=5
${nodes.map((port, i) => `NodeName=n${i + 1} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${port} CPUs=1 RealMemory=2000`).join('\n')}
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
`,
    );
    const option = (name: string, file: string) => `--${name}=${at(`munge/${file}`)}`;
    this.run('munged', [
      option('key-file', 'key'),
      option('socket', 'socket'),
      option('pid-file', 'pid'),
      option('log-file', 'log'),
      option('seed-file', 'seed'),
      '--force',
    ]);
    this.run('slurmctld', ['-c']);
    nodes.forEach((_, i) => this.run('slurmd', ['-N', `n${i + 1}`, '-c']));
    const began = Date.now();
    while (!/^2 idle$/m.test(this.call('sinfo', ['--noheader', '--format=%D %t']).said)) {
      if (Date.now() - began > 60_000)
        throw new Error(`SlurmCluster: no idle nodes after a minute:\n${read(at('slurmctld.log'))}`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  private call(program: string, args: readonly string[]) {
    // Daemons keep what they inherit: no pipe of this process, or it would wait for them for ever.
    const out = join(this.folder, 'out');
    const { status } = spawnSync('sh', ['-c', `"$0" "$@" > '${out}' 2> '${out}.err'`, program, ...args], {
      env: { ...process.env, ...this.env },
    });
    return { status, said: read(out), errors: read(`${out}.err`) };
  }

  /** Runs a command of Slurm; returns what it says. */
  run(program: string, args: readonly string[]): string {
    const { status, said, errors } = this.call(program, args);
    if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${said}${errors}`);
    return said;
  }

  /** Whether a command of Slurm does what it is asked. */
  tries(program: string, args: readonly string[]): boolean {
    return this.call(program, args).status === 0;
  }

  private get conf(): string {
    return `SLURM_CONF=${this.env['SLURM_CONF']!}`;
  }

  /** Pulls the plug of a node: its daemon and everything of its jobs end at once, and nobody is told. */
  killNode(node: string): void {
    const jobs = processesWith(this.conf, `SLURMD_NODENAME=${node}`);
    const steps = jobs.map(parentOf).filter((pid) => nameOf(pid).startsWith('slurmstepd'));
    const daemon = Number(read(join(this.folder, `${node}.pid`)));
    for (const pid of [daemon, ...new Set(steps), ...jobs]) kill(pid, 'SIGKILL');
  }

  /** Ends everything that was started, and removes its files. */
  stop(): void {
    for (let i = 0; i < 20; i++) {
      const left = processesWith(this.conf).filter((pid) => pid !== process.pid);
      if (left.length === 0) break;
      for (const pid of left) kill(pid, i < 5 ? 'SIGTERM' : 'SIGKILL');
      spawnSync('sleep', ['0.5']);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Waits until something holds; looks twice a second. For tests. */
export async function until<T>(what: string, look: () => T | undefined, seconds = 1200): Promise<T> {
  const began = Date.now();
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (Date.now() - began > seconds * 1000) throw new Error(`after ${seconds} s there is still no ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

export const fileIfAny = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined);
