// One text that holds many mutants, each behind a switch: `a + b` becomes `($m(3) ? (a - b) : (a + b))`. Modules are then loaded
// once for all mutants, and calls of `$m` tell which test reaches which mutant.
import ts from 'typescript';
import { applyMutant } from './mutants.mjs';

/** Where the tests of a process find the switch; without it (worker threads of the code under test) every mutant is off. */
const prelude = 'const $m = globalThis.__mutants?.on ?? (() => false); ';

/** The source with all `mutants` (of this file, each with its `id`) behind switches; undefined where that is no program. */
export function switched(source, mutants) {
  const sites = new Map();
  for (const mutant of mutants) {
    const key = `${mutant.site.start}-${mutant.site.end}`;
    const site = sites.get(key) ?? { ...mutant.site, mutants: [] };
    site.mutants.push(mutant);
    sites.set(key, site);
  }
  // Outer before inner, so that each finds those inside it.
  const sorted = [...sites.values()].sort((a, b) => a.start - b.start || b.end - a.end);
  let next = 0;
  /** Text from `start` to `end` with the sites in it. */
  const render = (start, end) => {
    let text = '';
    let at = start;
    while (next < sorted.length && sorted[next].end <= end) {
      const site = sorted[next++];
      text += source.slice(at, site.start) + wrap(site, render(site.start, site.end));
      at = site.end;
    }
    return text + source.slice(at, end);
  };
  const wrap = (site, original) => {
    const [first] = site.mutants;
    if (first.kind === 'statement') return `{ if (!$m(${first.id})) { ${original} } }`;
    const alternatives = site.mutants.map((mutant) => {
      const { start, end, text } = mutant;
      const changed = applyMutant(source.slice(site.start, site.end), {
        start: start - site.start,
        end: end - site.start,
        text,
      });
      return `$m(${mutant.id}) ? (${changed}) : `;
    });
    return `(${alternatives.join('')}(${original}))`;
  };
  const text = prelude + render(0, source.length);
  return isProgram(text) ? text : undefined;
}

export function isProgram(text) {
  const { diagnostics } = ts.transpileModule(text, {
    reportDiagnostics: true,
    compilerOptions: { target: 'esnext', module: 'esnext' },
  });
  return diagnostics.length === 0;
}
