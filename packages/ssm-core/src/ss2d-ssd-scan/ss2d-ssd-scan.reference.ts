import { pixelOfToken } from '../cross-scan/scan-directions.js';
import { ssdScanReference, ssdScanReferenceGradient } from '../ssd-scan/ssd-scan.reference.js';

/** R heads of P channels, N states. */
export interface Ss2dSsdScanSize {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly heads: number;
  readonly headDim: number;
  readonly states: number;
}

/** All in float64, row-major, in the layouts of `ss2dSsdScan`; gradients have the same form. */
export interface Ss2dSsdScanReferenceInputs {
  readonly x: Float64Array; // [B, H, W, D]
  readonly xProjWeight: Float64Array; // [4, R + 2N, D]
  readonly dtProjsBias: Float64Array; // [4, R]
  readonly ALogs: Float64Array; // [4, R]
  readonly Ds: Float64Array; // [4, R, P]
}

/** One direction of one image as an SSD scan: its tokens, and its steps, B and C projected from them. */
function direction(inputs: Ss2dSsdScanReferenceInputs, size: Ss2dSsdScanSize, b: number, k: number) {
  const { height, width, heads: R, headDim: P, states: N } = size;
  const [L, D, O] = [height * width, R * P, R + 2 * N];
  const pixels = Array.from({ length: L }, (_, t) => b * L + pixelOfToken(k, t, height, width));
  const x = new Float64Array(L * D);
  const parts = { dt: new Float64Array(L * R), B: new Float64Array(L * N), C: new Float64Array(L * N) };
  /** Where output o of the projection of token t goes. */
  const place = (t: number, o: number): [keyof typeof parts, number] =>
    o < R ? ['dt', t * R + o] : o < R + N ? ['B', t * N + o - R] : ['C', t * N + o - R - N];
  for (let t = 0; t < L; t++) {
    for (let d = 0; d < D; d++) x[t * D + d] = inputs.x[pixels[t]! * D + d]!;
    for (let o = 0; o < O; o++) {
      const [name, i] = place(t, o);
      for (let d = 0; d < D; d++) parts[name][i]! += inputs.xProjWeight[(k * O + o) * D + d]! * x[t * D + d]!;
    }
  }
  const scan = {
    x,
    ...parts,
    dtSoftplus: true,
    A: inputs.ALogs.subarray(k * R, (k + 1) * R).map((v) => -Math.exp(v)),
    D: inputs.Ds.subarray(k * D, (k + 1) * D),
    dtBias: inputs.dtProjsBias.subarray(k * R, (k + 1) * R),
  };
  return {
    pixels,
    place,
    scan,
    scanSize: { batch: 1, length: L, heads: R, headDim: P, groups: 1, states: N },
  };
}

/** The definition: each direction read as a sequence, projected, scanned and put back; y [B, H, W, D]. */
export function ss2dSsdScanReference(
  inputs: Ss2dSsdScanReferenceInputs,
  size: Ss2dSsdScanSize,
): Float64Array {
  const D = size.heads * size.headDim;
  const y = new Float64Array(inputs.x.length);
  for (let b = 0; b < size.batch; b++) {
    for (let k = 0; k < 4; k++) {
      const { pixels, scan, scanSize } = direction(inputs, size, b, k);
      const sequence = ssdScanReference(scan, scanSize).y;
      pixels.forEach((pixel, t) => {
        for (let d = 0; d < D; d++) y[pixel * D + d]! += sequence[t * D + d]!;
      });
    }
  }
  return y;
}

/** The gradient of every input. */
export function ss2dSsdScanReferenceGradient(
  inputs: Ss2dSsdScanReferenceInputs,
  size: Ss2dSsdScanSize,
  dy: Float64Array,
): Ss2dSsdScanReferenceInputs {
  const { heads: R, headDim: P, states: N } = size;
  const [D, O] = [R * P, R + 2 * N];
  const out = {
    x: new Float64Array(inputs.x.length),
    xProjWeight: new Float64Array(inputs.xProjWeight.length),
    dtProjsBias: new Float64Array(4 * R),
    ALogs: new Float64Array(4 * R),
    Ds: new Float64Array(4 * D),
  };
  for (let b = 0; b < size.batch; b++) {
    for (let k = 0; k < 4; k++) {
      const { pixels, place, scan, scanSize } = direction(inputs, size, b, k);
      const upstream = Float64Array.from({ length: scan.x.length }, (_, i) => {
        const t = Math.floor(i / D);
        return dy[pixels[t]! * D + (i - t * D)]!;
      });
      const g = ssdScanReferenceGradient(scan, scanSize, upstream, new Float64Array(R * P * N));
      for (let r = 0; r < R; r++) {
        out.ALogs[k * R + r]! += g.A[r]! * scan.A[r]!; // A = -exp(A_log): dA_log = dA A
        out.dtProjsBias[k * R + r]! += g.dtBias[r]!;
      }
      for (let d = 0; d < D; d++) out.Ds[k * D + d]! += g.D[d]!;
      pixels.forEach((pixel, t) => {
        for (let d = 0; d < D; d++) {
          let dx = g.x[t * D + d]!;
          for (let o = 0; o < O; o++) {
            const [name, i] = place(t, o);
            dx += g[name][i]! * inputs.xProjWeight[(k * O + o) * D + d]!; // dx += W^T dproj
            out.xProjWeight[(k * O + o) * D + d]! += g[name][i]! * scan.x[t * D + d]!; // dW += dproj x^T
          }
          out.x[pixel * D + d]! += dx;
        }
      });
    }
  }
  return out;
}
