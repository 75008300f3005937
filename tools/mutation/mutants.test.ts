import { describe, expect, it } from 'vitest';
import { runInNewContext } from 'node:vm';
import { applyMutant, mutantsOf, sample } from './mutants.mjs';
import { switched } from './switched.mjs';

const changes = (source: string): string[] =>
  mutantsOf('a.ts', source).map((mutant) => applyMutant(source, mutant));

describe('mutantsOf', () => {
  it.each([
    ['const y = a + b;', ['const y = a - b;']],
    ['const y = a < b;', ['const y = a <= b;']],
    ['const y = a ?? b;', ['const y = a && b;']],
    ['const y = !a;', ['const y = a;']],
    ['const y = 4;', ['const y = (4 + 1);']],
    ['const y = f32x4.min(a, b);', ['const y = f32x4.max(a, b);']],
    ['const y = a ? b : c;', ['const y = true ? b : c;', 'const y = false ? b : c;']],
    ['if (a) b();', ['if (true) b();', 'if (false) b();', 'if (a) ;']],
    ['a = b;', [';']],
    ['a++;', ['a--;']],
  ])('%s', (source, wanted) => {
    expect(changes(source)).toEqual(wanted);
  });

  it('leaves types, imports, messages and the step of a loop alone', () => {
    const source = [
      "import { a } from 'a';",
      'interface B { readonly c: 1 }',
      'type D = 2;',
      'throw new Error(`wanted ${a + 1}`);',
      "const words = 'x' + a;",
    ].join('\n');
    expect(changes(source)).toEqual([]);
    expect(changes('for (;;i++) {}')).toEqual([]);
    expect(changes('const a = { 5: b };')).toEqual([]);
  });

  it('names the place', () => {
    expect(mutantsOf('a.ts', 'const a = b;\n  const y = a * b;')).toEqual([
      expect.objectContaining({ line: 2, column: 15, original: '*', text: '/', kind: 'operator' }),
    ]);
  });
});

describe('switched', () => {
  const source = [
    'let y = 0;',
    'const f = (a, b) => {',
    '  if (a < b && !(a > 3)) y = a + b * 2;',
    '  else for (let i = 0; i < b; i++) y += Math.max(i, -a);',
    '  y++;',
    '  return a === b ? y - 1 : y ** 2;',
    '};',
    '[f(1, 2), f(2, 1), f(4, 5), f(3, 3)];',
  ].join('\n');
  const mutants = mutantsOf('a.ts', source).map((mutant, id) => ({ ...mutant, id }));
  /** What a text gives, as JSON. */
  const valueOf = (text: string, on: (id: number) => boolean = () => false): string =>
    JSON.stringify(runInNewContext(text, { __mutants: { on } }));

  it('is the source while no mutant is on, and each mutant with that one on', () => {
    const text = switched(source, mutants)!;
    expect(mutants.length).toBeGreaterThan(25);
    expect(valueOf(text)).toBe(valueOf(source));
    const changed = mutants.map((mutant) => valueOf(applyMutant(source, mutant)));
    expect(mutants.map(({ id }) => valueOf(text, (asked) => asked === id))).toEqual(changed);
    expect(changed.filter((value) => value !== valueOf(source)).length).toBeGreaterThan(20);
  });

  it('is nothing where the text would be no program', () => {
    const [mutant] = mutantsOf('a.ts', 'const a = b + c;');
    expect(switched('const a = b + c;', [{ ...mutant!, text: '+ )', id: 0 }])).toBeUndefined();
  });
});

describe('sample', () => {
  const list = Array.from({ length: 100 }, (_, i) => i);

  it('draws the same elements for a seed, each once, in their order', () => {
    const drawn = sample(list, 10, 3);
    expect(drawn).toEqual(sample(list, 10, 3));
    expect(drawn).not.toEqual(sample(list, 10, 4));
    expect(new Set(drawn).size).toBe(10);
    expect([...drawn].sort((a, b) => a - b)).toEqual(drawn);
  });

  it('gives all where no fewer are wanted', () => {
    expect(sample(list, 100, 1)).toBe(list);
  });
});
