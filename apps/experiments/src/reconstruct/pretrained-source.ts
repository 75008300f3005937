import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { pretrainedCard, type PretrainedSource, type WeightsFiles } from '@prismamba/weights';
import { UserError } from '../user-error.js';

/** The package of weights that comes with the command line; others are installed by whom they are for. */
const OWN = '@prismamba/weights';

/**
 * Where the bytes of these weights are: nothing for those that come with the command line, else their package, looked for beside
 * this program and then in the user's own project.
 *
 * @param find the URL of an installed package; replaced in tests
 * @throws UserError where that package is not installed or does not load
 */
export async function pretrainedSource(name: string, find = urlOf): Promise<PretrainedSource> {
  const { package: holder, bytes } = pretrainedCard(name);
  if (holder === OWN) return {};
  const url = find(holder);
  if (url === undefined) {
    throw new UserError(
      `the weights '${name}' (${(bytes / 1e6).toFixed(1)} MB) come in a package of their own that is not installed: npm install ${holder}`,
    );
  }
  try {
    const { weights } = (await import(url)) as { readonly weights: WeightsFiles };
    return { from: weights };
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new UserError(`${holder} is installed but broken (${cause}): npm install --force ${holder}`);
  }
}

function urlOf(holder: string): string | undefined {
  for (const start of [import.meta.url, join(process.cwd(), 'index.js')]) {
    try {
      return pathToFileURL(createRequire(start).resolve(holder)).href;
    } catch {
      // Not installed here.
    }
  }
  return undefined;
}
