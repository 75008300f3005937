import { nearestNames } from '@prismamba/core';
import { getModel, listModels, type ModelDefinition } from '@prismamba/models';
import { usageError } from '../user-error.js';

/** A model by the name typed on the command line. @throws UserError with the nearest name. */
export function modelArgument(name: string): ModelDefinition {
  const known = listModels();
  if (known.includes(name)) return getModel(name);
  const [nearest] = nearestNames(name, known, 1);
  throw usageError(
    `unknown model '${name}'${nearest === undefined ? '' : `, did you mean '${nearest}'?`} Models: ${known.join(', ')}`,
  );
}
