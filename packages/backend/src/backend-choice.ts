import { nearestName } from '@prismamba/core';

/** The backends that Prismamba knows how to start, under the names that TensorFlow.js gives them. */
export const backendNames = ['wasm', 'cpu', 'webgpu', 'tensorflow'] as const;
export type BackendName = (typeof backendNames)[number];

/** What a user may ask for. */
export const backendChoices = ['auto', ...backendNames] as const;
export type BackendChoice = (typeof backendChoices)[number];

/** Checks a name that came from a configuration or a command line. */
export function parseBackendChoice(name: string): BackendChoice {
  const found = backendChoices.find((choice) => choice === name);
  if (found !== undefined) return found;
  throw new Error(
    `startBackend: unknown backend '${name}', did you mean '${nearestName(name, backendChoices)}'? ` +
      `Valid: ${backendChoices.join(', ')}.`,
  );
}
