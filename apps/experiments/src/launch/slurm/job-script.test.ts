import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { resourcesSchema } from '../../config/resources-schema.js';
import { jobScript, quote } from './job-script.js';

const script = (resources: unknown, goesOn = true) =>
  jobScript({
    name: 'prismamba-sweep',
    cwd: '/runs of mine',
    log: '/logs/%A_%a.log',
    resources: resourcesSchema.parse(resources),
    goesOn,
    environment: { HOME: '/home/me', PRISMAMBA_DATA: "/data/it's here" },
    command: '/usr/bin/env',
  });

it('states every resource, and what Slurm does before the limit', () => {
  const lines = script({
    cpus: 4,
    memory: '1.5 GB',
    time: '90 minutes',
    notice: '5 minutes',
    partition: 'short',
    extra: ['--account=lab', '--comment=two words'],
  }).split('\n');
  for (const option of [
    '--cpus-per-task=4',
    '--mem=1431M',
    '--time=90',
    '--partition=short',
    '--requeue',
    '--signal=B:USR1@300',
    '--export=NONE',
    '--chdir="/runs of mine"',
    '--account=lab',
    '--comment="two words"',
  ])
    expect(lines).toContain(`#SBATCH ${option}`);
  // Without a limit there is nothing to be warned of; the job that writes the table has nothing to keep.
  expect(script({})).not.toMatch(/--signal|--time|--mem|--partition/);
  expect(script({ time: '1 hours' }, false)).not.toContain('--signal');
});

it('the program sees what the script says, and nothing of the shell that runs it', () => {
  const { stdout, status } = spawnSync('/bin/sh', ['-s'], {
    input: script({}),
    encoding: 'utf8',
    env: { PATH: '/nowhere', NODE_OPTIONS: '--inspect', SLURM_JOB_ID: '12', SLURMD_NODENAME: 'n1' },
  });
  expect(status).toBe(0);
  expect(stdout.trimEnd().split('\n').sort()).toEqual(
    [
      'HOME=/home/me',
      "PRISMAMBA_DATA=/data/it's here",
      'SLURMD_NODENAME=n1',
      'SLURM_ARRAY_TASK_ID=',
      'SLURM_CONF=',
      'SLURM_JOB_ID=12',
      'SLURM_RESTART_COUNT=',
    ].sort(),
  );
});

it('quotes words so that a shell gives them back', () => {
  for (const word of ['plain', 'a b', "it's", '$HOME', '`x`', '', 'a\nb', '*']) {
    expect(spawnSync('sh', ['-c', `printf %s ${quote(word)}`], { encoding: 'utf8' }).stdout).toBe(word);
  }
});

it('refuses what is no option of sbatch, and a length of time without its unit', () => {
  const problem = (value: unknown) => resourcesSchema.safeParse(value).error?.issues[0]?.message;
  expect(problem({ extra: ['account=lab'] })).toContain(
    "wanted one option of sbatch such as '--account=lab'",
  );
  expect(problem({ extra: ['--a=b\n#SBATCH --c'] })).toContain('wanted one option');
  expect(problem({ time: '90' })).toContain("'90' is no length of time; write a number with its unit");
});
