import { Command } from 'commander';
import { runSlurmTask } from '../launch/slurm/slurm-task.js';

/** What a job of `--launcher slurm` runs; not listed in the help. */
export function slurmTaskCommand(): Command {
  return new Command('slurm-task')
    .description('Does the run of a launch that Slurm names by SLURM_ARRAY_TASK_ID.')
    .argument('<launch>', 'folder of the launch')
    .option('--first <task>', 'task of the array index 0', '0')
    .action((folder: string, { first }: { first: string }) => runSlurmTask(folder, Number(first)));
}
