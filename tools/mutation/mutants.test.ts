import { describe, expect, it } from 'vitest';
import { applyMutant, mutantsOf, sample } from './mutants.mjs';

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
  });

  it('names the place', () => {
    expect(mutantsOf('a.ts', 'const a = b;\n  const y = a * b;')).toEqual([
      expect.objectContaining({ line: 2, column: 15, original: '*', text: '/', kind: 'operator' }),
    ]);
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
