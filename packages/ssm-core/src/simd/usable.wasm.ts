// Operators ask it on every backend, and only a *.wasm.ts file may import the package that answers.
export { hasKernel } from '@prismamba/backend';
