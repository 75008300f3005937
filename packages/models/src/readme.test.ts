import { join } from 'node:path';
import { checkGeneratedSection, table } from '@prismamba/testing/docs';
import { it } from 'vitest';
import { getModel, listModels } from './registry.js';

it("the README's table of models is what the definitions say", async () => {
  const rows = listModels().map((key) => {
    const { title, paper, parameters, traits, fit } = getModel(key);
    const notes = [
      ...(fit === 'closed-form' ? ['solved at once, not trained'] : []),
      ...(traits?.minimumSize === undefined ? [] : [`sides of at least ${traits.minimumSize}`]),
      ...(traits?.sizeMultiple === undefined ? [] : [`sides must be multiples of ${traits.sizeMultiple}`]),
      ...(traits?.mixesBatch === true ? ['a sample depends on its batch'] : []),
    ];
    return [
      `[\`${key}\`](src/${key}/README.md)`,
      title,
      paper.venue,
      parameters.toLocaleString('en-US'),
      notes.join('; '),
    ];
  });
  const text = table(['key', 'network', 'published', 'parameters', 'notes'], rows);
  await checkGeneratedSection(join(import.meta.dirname, '../README.md'), 'models', text);
});
