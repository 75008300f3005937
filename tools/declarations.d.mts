export function writeDeclarations(
  folder: string,
  entry: Readonly<Record<string, string>>,
  formats: readonly ('esm' | 'cjs')[],
): Promise<void>;
