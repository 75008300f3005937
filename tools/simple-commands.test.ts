import { expect, it } from 'vitest';
import { simpleCommands } from './simple-commands.mjs';

it('reads the words of commands as a shell would', () => {
  expect(
    simpleCommands("prismamba train a --set training.duration='1 steps' --set 'p={ name: whole }'"),
  ).toEqual([['train', 'a', '--set', 'training.duration=1 steps', '--set', 'p={ name: whole }']]);
  expect(simpleCommands('prismamba jobs && prismamba jobs --help')).toEqual([['jobs'], ['jobs', '--help']]);
});

it.each([
  'prismamba doctor | head -5',
  'prismamba a 2>&1',
  '(prismamba a || true)',
  'npm start',
  'prismamba view x.npy && test -s x.png',
  'prismamba a "b c"',
  'prismamba *.png',
  'NAME=1 prismamba a',
])('leaves %s to a shell', (text) => {
  expect(simpleCommands(text)).toBeUndefined();
});
