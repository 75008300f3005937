// README examples through the TypeScript compiler as a strict project of a user has it.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withoutTopLevelAwait } from '../readme-examples.mjs';
import { root } from '../workspace.mjs';

/** What the compiler says about the examples in a folder where their packages are installed; '' where it is content. */
export function typeProblems(examples, folder, resolution) {
  const sources = join(folder, `types-${resolution}`);
  mkdirSync(sources);
  for (const [index, { code }] of examples.entries()) {
    if (resolution === 'bundler') writeFileSync(join(sources, `example-${index + 1}.ts`), code);
    else {
      writeFileSync(join(sources, `example-${index + 1}.mts`), code);
      writeFileSync(join(sources, `example-${index + 1}.cts`), withoutTopLevelAwait(code));
    }
  }
  const compilerOptions = {
    strict: true,
    // TensorFlow.js brings @webgpu/types, which contradicts the DOM types of TypeScript 6.
    skipLibCheck: true,
    noEmit: true,
    target: 'es2022',
    module: resolution === 'bundler' ? 'esnext' : 'node16',
    moduleResolution: resolution,
    lib: ['es2022', 'dom', 'dom.iterable'],
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
  };
  writeFileSync(join(sources, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['.'] }));
  try {
    const tsc = spawnSync(
      process.execPath,
      [join(root, 'node_modules/typescript/bin/tsc'), '--pretty', 'false', '-p', sources],
      {
        cwd: folder,
        encoding: 'utf8',
      },
    );
    return tsc.status === 0 ? '' : `${tsc.stdout}${tsc.stderr}`;
  } finally {
    rmSync(sources, { recursive: true, force: true });
  }
}
