import { nearestName } from '@prismamba/core';

/**
 * The backends that Prismamba knows how to start, in the order in which `auto` looks for them. TensorFlow.js has one name for native
 * TensorFlow on a GPU and on the CPU, which differ too much to be one choice.
 */
export const backendNames = ['tensorflow-gpu', 'tensorflow', 'webgpu', 'wasm', 'cpu'] as const;
export type BackendName = (typeof backendNames)[number];

/** The name under which TensorFlow.js knows a backend. */
export const tensorflowJsName = (name: BackendName) => (name === 'tensorflow-gpu' ? 'tensorflow' : name);

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
