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
