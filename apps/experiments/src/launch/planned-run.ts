import type { Resources } from '../config/resources-schema.js';
import type { ExperimentConfig } from '../config/experiment-schema.js';

/** A run that is to be done: its folder holds its experiment.yaml. */
export interface PlannedRun {
  readonly label: string;
  readonly folder: string;
  readonly resources: Resources;
  /** Threads of the run where its experiment says. */
  readonly threads?: number;
}

export interface RunOutcome {
  readonly label: string;
  readonly folder: string;
  readonly state: 'finished' | 'failed' | 'not started';
  /** Last words of a run that failed, or why it was not started. */
  readonly message?: string;
  readonly seconds: number;
}

/** What a launcher must know of a run's experiment. */
export function needsOf({ threads, resources }: ExperimentConfig): Pick<PlannedRun, 'threads' | 'resources'> {
  const own = threads ?? resources.cpus;
  return { resources, ...(own === undefined ? {} : { threads: own }) };
}
