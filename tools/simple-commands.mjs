/**
 * The command lines of `prismamba` that a shell would run for this text, one after the other, as lists of arguments; undefined where
 * the text has more than that in it: other programs, pipes, files.
 */
export function simpleCommands(text) {
  const commands = [[]];
  for (const [word] of text.matchAll(/(?:'[^']*'|[^\s'])+/g)) {
    if (word === '&&') commands.push([]);
    else if (/["`$|<>;&*?()\\~]/.test(word.replace(/'[^']*'/g, ''))) return undefined;
    else commands.at(-1).push(word.replaceAll("'", ''));
  }
  return commands.every(([program]) => program === 'prismamba')
    ? commands.map(([, ...args]) => args)
    : undefined;
}
