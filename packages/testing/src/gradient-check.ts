/** Deterministic numbers in [-1, 1) for test inputs (a 32-bit mixing hash of the index). */
export function testNumbers(count: number, seed: number, scale = 1, offset = 0): Float32Array {
  const out = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    let h = (Math.imul(i, 0x9e3779b1) + Math.imul(seed + 1, 0x85ebca77)) >>> 0;
    h = Math.imul(h ^ (h >>> 15), 0x85ebca77) >>> 0;
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae3d) >>> 0;
    h = (h ^ (h >>> 16)) >>> 0;
    out[i] = offset + scale * (h / 2147483648 - 1);
  }
  return out;
}

export interface DirectionalCheck {
  /** The scalar function in float64 of all inputs, flattened. */
  readonly f: (inputs: readonly Float64Array[]) => number;
  readonly inputs: readonly Float64Array[];
  /** The analytic gradient of every input. */
  readonly gradients: readonly ArrayLike<number>[];
  readonly seed?: number;
  readonly step?: number;
  readonly tolerance?: number;
  readonly names?: readonly string[];
}

/**
 * Checks each gradient in a random direction v at constant cost:
 * (f(x + h v) - f(x - h v)) / 2h against <grad, v>, in float64.
 */
export function checkGradient(check: DirectionalCheck): void {
  const { f, inputs, gradients, seed = 1, step = 1e-5, tolerance = 1e-6 } = check;
  inputs.forEach((input, k) => {
    const gradient = gradients[k];
    const name = check.names?.[k] ?? `input ${k}`;
    if (gradient === undefined || gradient.length !== input.length) {
      throw new Error(
        `checkGradient: ${name}: got ${gradient?.length} gradient values, wanted ${input.length}`,
      );
    }
    const direction = testNumbers(input.length, seed + 31 * k);
    const moved = (sign: number) =>
      f(inputs.map((x, j) => (j === k ? x.map((v, i) => v + sign * step * direction[i]!) : x)));
    const numeric = (moved(1) - moved(-1)) / (2 * step);
    let analytic = 0;
    let scale = 0;
    for (let i = 0; i < input.length; i++) {
      analytic += gradient[i]! * direction[i]!;
      scale += Math.abs(gradient[i]! * direction[i]!);
    }
    const error = Math.abs(numeric - analytic) / Math.max(Math.abs(numeric), 1e-2 * scale, 1e-12);
    if (!(error <= tolerance)) {
      throw new Error(
        `checkGradient: ${name}: along a random direction got ${analytic}, wanted ${numeric} (relative error ${error.toExponential(2)} > ${tolerance})`,
      );
    }
  });
}
