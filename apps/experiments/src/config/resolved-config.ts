import type { ByteSize } from './byte-size.js';
import { formatDuration, type Duration } from './duration.js';
import type { ExperimentConfig } from './experiment-schema.js';
import type { TimeSpan } from './time-span.js';

function isDuration(value: object): value is Duration {
  return 'count' in value && 'unit' in value;
}

function isByteSize(value: object): value is ByteSize {
  return 'bytes' in value && 'text' in value;
}

function isTimeSpan(value: object): value is TimeSpan {
  return 'seconds' in value && 'text' in value;
}

/** The config with every default filled in, in the form that `loadExperiment` reads again. */
export function resolvedConfig(config: ExperimentConfig): unknown {
  return plain(config);
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  if (isDuration(value)) return formatDuration(value);
  if (isByteSize(value) || isTimeSpan(value)) return value.text;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [key, plain(item)]),
  );
}
