import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { bothBuildsProblems, dependencyProblems, importedPackages } from './package-imports.mjs';

it('finds every form of import, and none in comments, relative, or of Node itself', () => {
  const text = `
    import a, { b } from "alpha/deep.js";
    export * from '@beta/gamma/node';
    import "delta";
    const c = await import('epsilon'), d = require("zeta/x"), e = __require("eta");
    /* import f from 'theta' */
    import g from './here.js'; import { join } from "node:path"; import { h } from 'fs/promises';
  `;
  expect([...importedPackages(text)].sort()).toEqual([
    '@beta/gamma',
    'alpha',
    'delta',
    'epsilon',
    'eta',
    'zeta',
  ]);
});

it('names what is imported and not declared, and what is declared and not imported', () => {
  const manifest = { name: 'own', dependencies: { used: '1', idle: '1' }, peerDependencies: { peer: '1' } };
  expect(dependencyProblems(manifest, ["import 'used'; import 'peer'; import 'own/internal';"])).toEqual([
    expect.stringMatching(/^declares 'idle'/),
  ]);
  expect(dependencyProblems(manifest, ["import 'used'; import 'idle'; require('stray')"])).toEqual([
    expect.stringMatching(/^imports 'stray'/),
  ]);
});

it('a word on the console when both builds are loaded is a problem', () => {
  const folder = mkdtempSync(join(tmpdir(), 'prismamba-builds-'));
  try {
    const own = join(folder, 'node_modules', 'both');
    mkdirSync(own, { recursive: true });
    const exports = { '.': { import: './i.mjs', require: './r.cjs' } };
    const register = 'if (globalThis.there) console.warn("registered already"); globalThis.there = true;';
    writeFileSync(join(own, 'package.json'), JSON.stringify({ name: 'both', exports }));
    writeFileSync(join(own, 'i.mjs'), register);
    writeFileSync(join(own, 'r.cjs'), '');
    expect(bothBuildsProblems(folder, { name: 'both', exports })).toEqual([]);
    writeFileSync(join(own, 'r.cjs'), register);
    expect(bothBuildsProblems(folder, { name: 'both', exports })).toEqual([
      expect.stringContaining('registered already'),
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
