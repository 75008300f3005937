import { readFileSync, readdirSync, existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { workspacePackages } from './workspace.mjs';

/** Functions, classes and constants of a kept API report. */
const valuesOf = (report: string): string[] =>
  [...report.matchAll(/^export (?:declare )?(?:abstract )?(?:function|const|class|enum) (\w+)/gm)].map(
    ([, name]) => name!,
  );

/** What layers and kernels of our own packages are made of: for who writes one, described where it is declared. */
const BUILDING_BLOCKS = ['core/layer', 'backend/arena'];

const published = workspacePackages().filter(({ directory }) => existsSync(join(directory, 'api')));

// What no page names serves no task that is documented: it belongs in `./internal`, or a line in the README is missing.
it.each(published.map((one) => [one.manifest.name, one] as const))(
  '%s: its README names every function, class and constant that it exports',
  (_, { directory }) => {
    const readme = readFileSync(join(directory, 'README.md'), 'utf8');
    const folder = join(directory, 'api');
    const isTask = (file: string) =>
      !BUILDING_BLOCKS.includes(`${basename(directory)}/${basename(file, '.api.md')}`);
    const unnamed = readdirSync(folder)
      .filter(isTask)
      .flatMap((file) =>
        valuesOf(readFileSync(join(folder, file), 'utf8'))
          .filter((name) => !new RegExp(`\\b${name}\\b`).test(readme))
          .map((name) => `${basename(file, '.api.md')}: ${name}`),
      );
    expect(unnamed).toEqual([]);
  },
);
