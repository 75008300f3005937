import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { bundleCommandLine, start } from '../../testing/command-line.js';
import { fileIfAny, SlurmCluster, until, whyNoSlurm } from '../../testing/slurm-cluster.js';
import type { TableResult } from '../../tables/table-result.js';
import { launchPath, listLaunches, readTaskStatus, reportFile, type Launch } from '../launch-folder.js';

/*
 * A real Slurm of two nodes on this machine: a job whose time is up goes on in the next one, a node dies in the middle of an ablation, and
 * the table is complete, with the numbers of a run without any of this.
 */

const experiment = `
name: blocks
title: A small one
about: For tests.
command: none
cost: seconds
expected: nothing
model: { name: gmsr-net, options: { widths: [6, 31], d_state: 2 } }
data: { source: synthetic, validation: 1, synthetic: { train: 3, test: 1, height: 24, width: 24, seed: 2 } }
patches: { size: 12, stride: 6 }
training:
  duration: 150 steps
  batch_size: 4
  schedule: { learning_rate: 1e-3 }
  validation: { every: 50 steps, metric: PSNR }
  checkpoint_every: 5 steps
resources:
  cpus: 1
  memory: 600 MB
  time: 20 minutes
  partition: main
  extra: ['--comment=two words']
`;
const table = `
title: One block or two
about: For tests.
experiment: blocks.yaml
metrics:
  - { name: PSNR, label: PSNR (dB), protocol: standard }
rows:
  - { name: one, label: 1 block, differs: 'widths 31', set: { model.options.widths: [31] } }
  - { name: two, label: 2 blocks, differs: 'widths 6, 31', set: { model.options.widths: [6, 31] } }
profiles:
  full: { cost: none, seeds: [1, 2] }
  mini: { cost: none }
  smoke: { cost: none }
`;

// Only guards against hanging: on a busy machine every start takes long.
vi.setConfig({ testTimeout: 3_600_000 });

const reason = whyNoSlurm();
describe.skipIf(reason !== undefined)(
  `two nodes of Slurm${reason === undefined ? '' : `: ${reason}`}`,
  () => {
    let folder = '';
    let cli = '';
    let cluster: SlurmCluster | undefined;
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'prismamba slurm '));
      writeFileSync(join(folder, 'blocks.yaml'), experiment);
      writeFileSync(join(folder, 'ablation.yaml'), table);
      cli = bundleCommandLine();
      cluster = await SlurmCluster.start();
    });
    afterAll(() => {
      try {
        cluster?.stop();
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
    /** With variables that would send a job elsewhere, were it to see them. */
    const prismamba = (...args: string[]) =>
      start(
        process.execPath,
        [cli, ...args],
        folder,
        {
          ...cluster!.env,
          SBATCH_PARTITION: 'nosuch',
          SLURM_ARRAY_TASK_ID: '7',
          PRISMAMBA_FOREIGN: "it's",
        },
        3_600_000,
      ).finished;
    const latest = () => listLaunches(join(folder, 'runs'))[0]!;
    const statusOf = ({ id }: Launch, index: number) =>
      readTaskStatus(launchPath(join(folder, 'runs'), id), index);
    const reproduce = (...args: string[]) =>
      prismamba('reproduce', 'ablation.yaml', '--profile', 'full', ...args);
    const resultOf = (out: string) =>
      JSON.parse(readFileSync(join(folder, out, 'ablation', 'full', 'table.json'), 'utf8')) as TableResult;
    const numbers = ({ rows }: TableResult) =>
      rows.map(({ name, runs, missing }) => ({
        name,
        missing,
        runs: runs.map(({ seed, identity, steps, scores, curve }) => ({
          seed,
          identity,
          steps,
          scores,
          curve,
        })),
      }));

    it('many short runs are shared out among the nodes, each started once', async () => {
      const began = Date.now();
      const seconds = () => ((Date.now() - began) / 1000).toFixed(1);
      const tiny = ['--over', 'seed=range(0,12)', '--set', 'training.duration=1 steps'];
      const handed = await prismamba('sweep', 'blocks.yaml', ...tiny, '--launcher', 'slurm');
      expect(handed.code, handed.stderr).toBe(0);
      const submitted = seconds();
      const launch = latest();
      await until('table', () => fileIfAny(reportFile(launchPath(join(folder, 'runs'), launch.id))));
      const statuses = launch.tasks.map((_, i) => statusOf(launch, i)!);
      expect(statuses.map(({ state }) => state)).toEqual(Array.from({ length: 12 }, () => 'finished'));
      expect(statuses.every(({ restarts }) => restarts === 0)).toBe(true);
      expect(new Set(statuses.map(({ node }) => node))).toEqual(new Set(['n1', 'n2']));
      const inRuns = statuses.reduce((sum, status) => sum + status.seconds, 0);
      const last = Math.max(...statuses.map(({ changed }) => Date.parse(changed)));
      const spent = (last - Date.parse(launch.submitted)) / 1000;
      const asked = Date.now();
      expect((await prismamba('jobs', 'status', launch.id)).stdout).toContain('12 finished');
      const status = Date.now() - asked;
      const array = Date.now();
      cluster!.run('sbatch', ['--hold', '--array=0-999', '--wrap=true']);
      const thousand = Date.now() - array;
      cluster!.run('scancel', ['--state=PENDING']);
      process.stdout.write(
        `figures: 12 runs of one step handed in within ${submitted} s, done after ${spent.toFixed(1)} s on 2 nodes, ` +
          `${(inRuns / 12).toFixed(1)} s a run and ${((2 * spent - inRuns) / 12).toFixed(1)} s a run around it; ` +
          `table after ${seconds()} s; jobs status ${status} ms; sbatch of 1,000 tasks ${thousand} ms\n`,
      );
    });

    it('a job whose time is up keeps a checkpoint and goes on in the next one', async () => {
      const long = ['--set', 'training.duration=100000 steps', '--over', 'seed=5'];
      // Its time is nearly up 20 seconds after its start; Slurm looks every half minute.
      const limits = ["resources.time='2 minutes'", "resources.notice='100 seconds'"];
      const handed = await prismamba(
        ...['sweep', 'blocks.yaml', ...long, ...limits.flatMap((text) => ['--set', text])],
        ...['--launcher', 'slurm'],
      );
      expect(handed.code, handed.stderr).toBe(0);
      const launch = latest();
      const log = () => fileIfAny(join(launch.tasks[0]!.folder, 'log.jsonl')) ?? '';
      await until('second start that goes on', () =>
        log().includes('"event":"resumed"') ? true : undefined,
      );
      expect(log()).toMatch(/"message":"interrupted after step \d+ of 100000; the checkpoint is kept/);
      expect(statusOf(launch, 0)!.restarts).toBe(1);
      expect((await prismamba('jobs', 'status')).stdout).toMatch(/running on n\d/);
      const words = await prismamba('jobs', 'logs', launch.id, '0');
      expect(words.stdout).toMatch(/resuming after step \d+ of 100000/);
      await prismamba('jobs', 'cancel', launch.id);
      await until('end', () =>
        statusOf(launch, 0)!.state === 'interrupted' && cluster!.run('squeue', ['--noheader']).trim() === ''
          ? true
          : undefined,
      );
      expect((await prismamba('jobs', 'status')).stdout).toContain('1 cancelled');
    });

    it('an ablation in which a node dies ends in the complete table, with the bits of no cluster', async () => {
      const began = Date.now();
      const handed = await reproduce('--launcher', 'slurm');
      expect(handed.code, handed.stderr).toBe(0);
      expect(handed.stdout).toMatch(/^4 runs are in the queue \(jobs \d+; table: job \d+\)/);
      const submitted = (Date.now() - began) / 1000;
      const launch = latest();
      const lost = await until('run in work on n2', () => {
        const found = launch.tasks.findIndex((_, i) => {
          const status = statusOf(launch, i);
          return status?.state === 'running' && status.node === 'n2' && status.progress !== undefined;
        });
        return found < 0 ? undefined : found;
      });
      const killed = Date.now();
      const before = statusOf(launch, lost)!.restarts;
      cluster!.killNode('n2');
      const again = await until('new start of the lost run', () => {
        const status = statusOf(launch, lost)!;
        return status.restarts > before ? status : undefined;
      });
      expect(again.node).toBe('n1');
      const regained = (Date.now() - killed) / 1000;

      const said = await until('table', () =>
        fileIfAny(reportFile(launchPath(join(folder, 'runs'), launch.id))),
      );
      expect(said).toContain('One block or two (profile full)');
      const result = resultOf('results');
      expect(result.complete).toBe(true);

      const status = await prismamba('jobs', 'status');
      expect(status.stdout).toMatch(/4 finished; table: .*report\.txt/);
      const starts = launch.tasks.map((_, i) => statusOf(launch, i)!.restarts);
      expect(starts[lost]).toBeGreaterThan(0);
      // The same without a cluster, killed by nobody: the same bits.
      const local = await reproduce('--runs', 'local', '--out', 'local-results');
      expect(local.code, local.stderr).toBe(0);
      expect(numbers(result)).toEqual(numbers(resultOf('local-results')));
      process.stdout.write(
        `figures: 4 runs handed in within ${submitted.toFixed(1)} s; the run of the dead node started again after ${regained.toFixed(0)} s ` +
          `(SlurmdTimeout 10 s); table after ${((Date.now() - began) / 1000).toFixed(0)} s\n`,
      );
    });

    it('a run is in the queue once; cancel takes it out, and the same command goes on', async () => {
      cluster!.run('scontrol', ['update', 'nodename=n1', 'state=drain', 'reason=test']);
      const sweep = (...args: string[]) =>
        prismamba(
          'sweep',
          'blocks.yaml',
          '--over',
          'seed=7,8',
          '--set',
          'training.duration=3 steps',
          ...args,
        );
      expect((await sweep('--launcher', 'slurm')).stdout).toContain('2 runs are in the queue');
      const first = latest();
      const twice = await sweep('--launcher', 'slurm');
      expect(twice.stderr).toContain('2 runs are in the queue already');
      expect(latest().id).toBe(first.id);
      const waiting = await sweep('--launcher', 'none');
      expect(waiting.code).toBe(1);
      expect(waiting.stderr).toContain('2 were not started');
      const script = readFileSync(join(launchPath(join(folder, 'runs'), first.id), 'array-0.sh'), 'utf8');
      expect(script).not.toMatch(/nosuch|SLURM_ARRAY_TASK_ID=7/);
      expect(script).toContain('#SBATCH --comment="two words"');
      expect(script).toContain(`PRISMAMBA_FOREIGN='it'\\''s'`);

      expect((await prismamba('jobs', 'cancel', first.id)).stdout).toContain('cancelled: sweep blocks.yaml');
      expect((await prismamba('jobs')).stdout).toMatch(/sweep blocks\.yaml +│ 2 +│ 2 cancelled/);
      expect(cluster!.run('squeue', ['--noheader']).trim()).toBe('');

      cluster!.run('scontrol', ['update', 'nodename=n1', 'state=resume']);
      expect((await sweep('--launcher', 'slurm')).stdout).toContain('2 runs are in the queue');
      const said = await until('table', () =>
        fileIfAny(reportFile(launchPath(join(folder, 'runs'), latest().id))),
      );
      expect(said.match(/finished/g)).toHaveLength(2);
    });

    it('a run that fails is a failed task, and the table says why', async () => {
      const wrong = [
        '--over',
        'training.schedule.learning_rate=1e30,1e-3',
        '--set',
        'training.duration=4 steps',
      ];
      const handed = await prismamba('sweep', 'blocks.yaml', ...wrong, '--launcher', 'slurm');
      expect(handed.code, handed.stderr).toBe(0);
      const launch = latest();
      const said = await until('table', () =>
        fileIfAny(reportFile(launchPath(join(folder, 'runs'), launch.id))),
      );
      expect(said).toMatch(/1e-3.* finished /);
      expect(said).toMatch(/1e30.* failed /);
      const words = await prismamba('jobs', 'logs', launch.id, 'report');
      expect(words.stdout).toMatch(/error: 1 of 2 runs failed/);
      expect((await prismamba('jobs', 'status', launch.id)).stdout).toMatch(
        /error: train: the loss of step \d is/,
      );
      const nosuch = await prismamba(
        'sweep',
        'blocks.yaml',
        ...wrong,
        '--set',
        'resources.partition=nosuch',
        '--set',
        'seed=9',
        '--launcher',
        'slurm',
      );
      expect(nosuch.code).toBe(1);
      expect(nosuch.stderr).toMatch(/invalid partition.*\n.*Nothing is left in the queue/is);
    });
  },
);
