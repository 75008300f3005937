// Every backend is started through this file, so that none lacks the kernels of our operators.
import '@prismamba/ssm-core/cpu';
import '@prismamba/ssm-core/tensorflow';
import '@prismamba/ssm-core/wasm';
import '@prismamba/ssm-core/webgpu';
import '@prismamba/spectral-attention/wasm';
import '@prismamba/spectral-attention/webgpu';
import * as backends from '@prismamba/backend';
import { nearestName } from '@prismamba/core';
import { usageError } from './user-error.js';

/** The backend that PRISMAMBA_BACKEND names. @throws UserError for an unknown one */
function environmentBackend(): backends.BackendChoice | undefined {
  const name = process.env['PRISMAMBA_BACKEND'];
  if (name === undefined || name === '') return undefined;
  const found = backends.backendChoices.find((choice) => choice === name);
  if (found !== undefined) return found;
  throw usageError(
    `PRISMAMBA_BACKEND=${name}: unknown backend, did you mean '${nearestName(name, backends.backendChoices)}'? Valid: ${backends.backendChoices.join(', ')}`,
  );
}

/** Backends of which it was said that they are passed over; once is enough. */
const told = new Set<string>();

/**
 * Starts the backend that a command's option or its experiment names. PRISMAMBA_BACKEND is what `auto` takes, in every command; what
 * `auto` finds broken it passes over with a line on the standard error, what is not installed without a word (`prismamba doctor` says it).
 */
export async function startBackend(
  choice: backends.BackendChoice,
  options: backends.StartBackendOptions = {},
): Promise<backends.BackendReport> {
  const asked = choice === 'auto' ? (environmentBackend() ?? 'auto') : choice;
  const report = await backends.startBackend(asked, options);
  for (const { name, reason, broken } of report.passedOver) {
    if (!broken || told.has(name)) continue;
    told.add(name);
    process.stderr.write(`backend ${name} is passed over: ${reason}\n`);
  }
  return asked === choice ? report : { ...report, reason: `PRISMAMBA_BACKEND=${asked}` };
}
