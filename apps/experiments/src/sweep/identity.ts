import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getModel, listModels } from '@prismamba/models';
import { behaviourOf } from '../config/behaviour.js';
import type { ExperimentConfig } from '../config/experiment-schema.js';
import type { RunFolder } from '../run/run-folder.js';
import { UserError } from '../user-error.js';
import { dataFingerprint } from './data-fingerprint.js';

const hashOf = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex');

/**
 * What a run is: the hash of every setting that decides its bits and of the data that it sees. Titles, reports, threads and
 * logs do not count; the backend does where the experiment names one.
 */
export async function identityOf(config: ExperimentConfig): Promise<string> {
  // Where the data and the file of its split lie does not count, what they hold does.
  const { split } = config.data;
  const model = { ...config.model, options: chosenOptions(config.model) };
  const data = { ...config.data, train_on: config.data.train_on?.map(withoutPlaces) };
  const settings = [...behaviourOf({ ...config, model, data })]
    .filter(([key]) => key !== 'data.folder' && key !== 'data.cache')
    .map(([key, value]): [string, string] =>
      key === 'data.split' ? [key, splitName(split!)] : [key, value],
    );
  const text = JSON.stringify([settings.sort(([a], [b]) => (a < b ? -1 : 1)), config.backend]);
  return hashOf(`${text}\n${await dataFingerprint(config)}`);
}

type TrainOn = NonNullable<ExperimentConfig['data']['train_on']>[number];

const withoutPlaces = (entry: TrainOn): TrainOn => {
  if (entry === 'own') return entry;
  const { split } = entry;
  return { ...entry, folder: undefined, ...(split === undefined ? {} : { split: splitName(split) }) };
};

/** The options that are not the model's own defaults: writing a default down, or a new option of a later version, changes no run. */
function chosenOptions({ name, options }: ExperimentConfig['model']): Record<string, unknown> {
  if (!listModels().includes(name)) return options;
  const { config } = getModel(name);
  const defaults = config.safeParse({});
  const given = config.safeParse(options);
  if (!defaults.success || !given.success) return options; // refused where the model is built
  const usual = defaults.data as Readonly<Record<string, unknown>>;
  const entries = Object.entries(given.data).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(usual[key]),
  );
  return Object.fromEntries(entries);
}

/** A split file by the subset that is taken of it; a published split by its name. */
const splitName = (split: string): string => {
  const [file, subset = ''] = split.split('#') as [string, string?];
  return existsSync(file) ? `file#${subset}` : split;
};

/** Files of a finished run whose bytes are remembered. */
const KEPT = ['experiment.yaml', 'scores.json', 'weights.safetensors'] as const;
const FILE = 'finished.json';

interface Finished {
  readonly identity: string;
  readonly files: Readonly<Record<string, string>>;
}

/** Says in the run folder that the run is finished, and what it was. */
export function markFinished(folder: RunFolder, identity: string): void {
  const files = Object.fromEntries(KEPT.map((name) => [name, hashOf(readFileSync(folder.file(name)))]));
  folder.writeJson(FILE, { identity, files } satisfies Finished);
}

/**
 * Whether a folder holds the finished run of this identity.
 *
 * @throws UserError where it holds another run, or where a file of it was changed after the run ended.
 */
export function isFinished(path: string, identity: string): boolean {
  const file = join(path, FILE);
  if (!existsSync(file)) return false;
  const finished = JSON.parse(readFileSync(file, 'utf8')) as Finished;
  if (finished.identity !== identity) {
    throw new UserError(
      `'${path}' holds another run (${finished.identity.slice(0, 12)}, wanted ${identity.slice(0, 12)}): its experiment or its data have changed since; move it away`,
    );
  }
  for (const [name, sum] of Object.entries(finished.files)) {
    const kept = join(path, name);
    if (!existsSync(kept) || hashOf(readFileSync(kept)) !== sum) {
      throw new UserError(
        `'${path}' was changed after the run ended: ${name} ${existsSync(kept) ? 'has other bytes' : 'is missing'}. Delete the folder to run it again`,
      );
    }
  }
  return true;
}
