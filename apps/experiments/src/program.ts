import { Command } from 'commander';
import { compareCommand } from './commands/compare.js';
import { dataCommand } from './commands/data.js';
import { doctorCommand } from './commands/doctor.js';
import { evaluateCommand } from './commands/evaluate.js';
import { exportCommand } from './commands/export.js';
import { figureCommand } from './commands/figure.js';
import { initCommand } from './commands/init.js';
import { jobsCommand } from './commands/jobs.js';
import { measureLimitsCommand } from './commands/measure-limits.js';
import { measureRunCommand } from './commands/measure-run.js';
import { parityCommand } from './commands/parity.js';
import { pretrainedCommand } from './commands/pretrained.js';
import { reconstructCommand } from './commands/reconstruct.js';
import { reportCommand } from './commands/report.js';
import { reproduceCommand } from './commands/reproduce.js';
import { runsCommand } from './commands/runs.js';
import { summaryCommand } from './commands/summary.js';
import { slurmTaskCommand } from './commands/slurm-task.js';
import { tablesCommand } from './commands/tables.js';
import { sweepCommand } from './commands/sweep.js';
import { trainCommand } from './commands/train.js';
import { viewCommand } from './commands/view.js';
import { weightsCommand } from './commands/weights.js';
import { version } from './version.js';

/** Errors of every command, however deep, are thrown instead of ending the process. */
function inheritSettings(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) {
    child.copyInheritedSettings(command);
    inheritSettings(child);
  }
}

/** The command line of Prismamba. */
export function program(): Command {
  const root = new Command('prismamba')
    .description(
      'Hyperspectral reconstruction (31 bands, 400-700 nm) from RGB: train, score, reconstruct, compare.',
    )
    .version(version)
    // An option behind the name of a command belongs to that command, also where its parent has one of the same name (--out).
    .enablePositionalOptions()
    .showHelpAfterError('(prismamba --help lists the commands)')
    .addHelpText(
      'after',
      `
Examples:
  prismamba init                                      an experiment of your own to start from
  prismamba train quickstart                          train GMSR-Net on synthetic scenes, with a report
  prismamba reconstruct photo.jpg                     a cube of 31 bands, with the shipped weights
  prismamba doctor                                    what this machine has`,
    );
  const commands = [
    initCommand(),
    trainCommand(),
    sweepCommand(),
    runsCommand(),
    jobsCommand(),
    compareCommand(),
    figureCommand(),
    evaluateCommand(),
    reconstructCommand(),
    viewCommand(),
    pretrainedCommand(),
    reportCommand(),
    summaryCommand(),
    exportCommand(),
    weightsCommand(),
    parityCommand(),
    tablesCommand(),
    reproduceCommand(),
    dataCommand(),
    doctorCommand(),
  ];
  for (const command of commands) root.addCommand(command);
  root.addCommand(measureLimitsCommand(), { hidden: true });
  root.addCommand(measureRunCommand(), { hidden: true });
  root.addCommand(slurmTaskCommand(), { hidden: true });
  inheritSettings(root);
  return root;
}
