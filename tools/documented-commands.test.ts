import { describe, expect, it } from 'vitest';
import { cheapForm, commandsOf } from './documented-commands.mjs';

describe('commands of the pages', () => {
  it('are the lines of sh fences and what begins like a command in backticks', () => {
    const page =
      'Run `npm run bench` or `fetch`.\n\n```sh\nnpm ci && npm start   # waits\n# a remark\n```\n\n```ts\nnpm;\n```\n';
    expect(commandsOf(page)).toEqual(['npm ci', 'npm start', 'npm run bench']);
  });
  it('that no rule knows are not passed over', () => {
    expect(cheapForm('npm run nosuchscript')).toBeUndefined();
    expect(cheapForm('prismamba nosuchcommand')).toBeUndefined();
    expect(cheapForm('npm test -- format lnt')).toBeUndefined();
  });
  it('that install packages name packages that exist, with their peers', () => {
    expect(cheapForm('npm install @prismamba/metrics')).toHaveProperty('by');
    expect(cheapForm('npm install @prismamba/ssm-core')?.wrong).toMatch(
      /tfjs-core, a peer of @prismamba\/ssm-core/,
    );
    expect(cheapForm('npm install @prismamba/metric')?.wrong).toMatch(/metric, which is not published/);
  });
  it('with options hold the help to them', () => {
    expect(cheapForm('npx prismamba export awan --weights FILE')).toEqual({
      run: 'prismamba export --help',
      prints: ['--weights'],
    });
  });
});
