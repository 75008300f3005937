import type { ExperimentConfig } from './experiment-schema.js';
import { resolvedConfig } from './resolved-config.js';

/**
 * Settings that leave every bit of weights and scores as it is: words, the report, logs, how often a checkpoint is kept,
 * how many threads, what is kept in memory, what a run may take. `backend` is compared as the backend that was in use, not as what was asked.
 */
const FREE = [
  'name',
  'title',
  'about',
  'paper',
  'command',
  'cost',
  'expected',
  'report',
  'logging',
  'backend',
  'threads',
  'resources',
  'data.cache',
  'training.checkpoint_every',
  'training.detect_anomaly',
];
/** Whether a setting changes no bit of weights and scores. */
export const isFree = (key: string) => FREE.some((free) => key === free || key.startsWith(`${free}.`));

/** Every single value of a config by its dotted key; a list counts as one value. */
export function leaves(value: unknown, key = ''): Map<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return new Map([[key, JSON.stringify(value)]]);
  }
  const entries = Object.entries(value);
  return new Map(entries.flatMap(([name, item]) => [...leaves(item, key === '' ? name : `${key}.${name}`)]));
}

/** What decides the bits of a run: every setting but the free ones, as JSON by its dotted key. */
export function behaviourOf(config: ExperimentConfig): Map<string, string> {
  return new Map([...leaves(resolvedConfig(config))].filter(([key]) => !isFree(key)));
}
