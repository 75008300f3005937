import limits from './tarball-limits.json' with { type: 'json' };

const UNWANTED = [
  [/\.(test|bench)\.[cm]?[jt]sx?$/, 'a test'],
  [/(^|\/)src\/testing\//, 'a test helper'],
  [/\.page\.ts$/, 'a page of the browser tests'],
  [/(^|\/)(fixtures|golden)\//, 'test data'],
  [/(^|\/)tsup\.config\.|(^|\/)vitest\.config\./, 'a build setting'],
];

/** Files of a tarball that its users have no use for, each with what it is; `paths` are relative to the package. */
export function unwantedFiles(paths) {
  return paths.flatMap((path) => {
    const match = UNWANTED.find(([pattern]) => pattern.test(path));
    return match === undefined
      ? []
      : [`the tarball holds ${match[1]}: ${path} (exclude it in "files" of package.json)`];
  });
}

/** What is wrong with the bytes of a packed package: beyond its limit, or so far below that the limit holds nothing. */
export function sizeProblems(name, bytes) {
  const limit = limits['bytes, packed'][name];
  if (limit === undefined) return [`tools/tarball-limits.json has no limit for ${name} (${bytes} bytes)`];
  if (bytes > limit)
    return [`the tarball has ${bytes} bytes, its limit in tools/tarball-limits.json is ${limit}`];
  return bytes < limit / 2
    ? [`the limit of the tarball, ${limit}, is far above its ${bytes} bytes; lower it`]
    : [];
}
