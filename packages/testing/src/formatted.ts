import { readFileSync } from 'node:fs';
import { format, type FormatConfig } from 'oxfmt';

const file = readFileSync(new URL('../../../.oxfmtrc.json', import.meta.url), 'utf8');
// JSON with comments on lines of their own.
const settings = JSON.parse(file.replaceAll(/^ *\/\/.*$/gm, '')) as FormatConfig;

/**
 * The text as `npm run format` would leave it in the file `path`.
 *
 * @throws Error where the text is no text of that kind of file
 */
export async function formatted(path: string, text: string): Promise<string> {
  const { code, errors } = await format(path, text, settings);
  if (errors.length > 0)
    throw new Error(`${path}: ${errors.map(({ message }) => message).join('; ')}\n${text}`);
  return code;
}
