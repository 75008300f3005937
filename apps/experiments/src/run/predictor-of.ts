import type { ModelDefinition } from '@prismamba/models';
import type { Predictor } from '@prismamba/trainer';
import { padToMultiple } from '@prismamba/trainer/internal';

/** A model for images of any size: padded where the network halves its input, as its definition says. */
export function predictorOf(definition: ModelDefinition, model: Predictor): Predictor {
  const multiple = definition.traits?.sizeMultiple;
  return multiple === undefined ? model : padToMultiple(model, multiple);
}
