import * as tf from '@tensorflow/tfjs-core';

/** One import registers the kernels of many operators: it is named once. */
const named = new Set<string>();

/** Says once that a backend lacks the kernels that an import would register. `kernels`: that import by backend. */
export function warnOfMissingKernels(
  operator: string,
  kernels: Readonly<Record<string, string>> | undefined,
): void {
  if (kernels === undefined) return;
  const backend = tf.getBackend();
  const entry = kernels[backend];
  if (entry === undefined || named.has(entry) || tf.getKernel(operator, backend) !== undefined) return;
  named.add(entry);
  console.warn(
    `${operator}: its kernels for the '${backend}' backend are not registered, so it runs as TensorFlow.js operators, which is ` +
      `slower and takes more memory. Add: import '${entry}';`,
  );
}
