import { crossMergeReference, crossScanReference } from '../cross-scan/cross-scan.reference.js';
import {
  selectiveScanReference,
  selectiveScanReferenceGradient,
} from '../selective-scan/selective-scan.reference.js';

/** K = 4 directions; D inner channels, R rank of delta, N states. */
export interface Ss2dScanSize {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly rank: number;
  readonly states: number;
}

/** In float64, row-major, in the layouts of {@link ss2dScan}. */
export interface Ss2dScanReferenceInputs {
  readonly x: Float64Array; // [B, H, W, D]
  readonly xProjWeight: Float64Array; // [4, R + 2N, D]
  readonly dtProjsWeight: Float64Array; // [4, D, R]
  readonly dtProjsBias: Float64Array; // [4, D]
  readonly ALogs: Float64Array; // [4 D, N]
  readonly Ds: Float64Array; // [4 D]
}

const DIRECTIONS = [0, 1, 2, 3] as const;

/** Everything between the map and the selective scan, in the layouts of the selective scan's reference. */
function project(inputs: Ss2dScanReferenceInputs, size: Ss2dScanSize) {
  const { batch, height, width, channels: D, rank: R, states: N } = size;
  const L = height * width;
  const P = R + 2 * N;
  const xs = crossScanReference(inputs.x, { batch, height, width, channels: D, directions: DIRECTIONS }); // [B,4,L,D]
  const low = new Float64Array(batch * 4 * R * L);
  const B = new Float64Array(batch * 4 * N * L);
  const C = new Float64Array(B.length);
  const u = new Float64Array(batch * 4 * D * L);
  const delta = new Float64Array(u.length);
  for (let bk = 0; bk < batch * 4; bk++) {
    const k = bk % 4;
    for (let t = 0; t < L; t++) {
      const token = xs.subarray((bk * L + t) * D, (bk * L + t + 1) * D);
      for (let d = 0; d < D; d++) u[(bk * D + d) * L + t] = token[d]!;
      for (let p = 0; p < P; p++) {
        let sum = 0;
        for (let d = 0; d < D; d++) sum += inputs.xProjWeight[(k * P + p) * D + d]! * token[d]!;
        if (p < R) low[(bk * R + p) * L + t] = sum;
        else if (p < R + N) B[(bk * N + p - R) * L + t] = sum;
        else C[(bk * N + p - R - N) * L + t] = sum;
      }
      for (let d = 0; d < D; d++) {
        let sum = 0;
        for (let r = 0; r < R; r++)
          sum += inputs.dtProjsWeight[(k * D + d) * R + r]! * low[(bk * R + r) * L + t]!;
        delta[(bk * D + d) * L + t] = sum;
      }
    }
  }
  const scan = {
    u,
    delta,
    A: inputs.ALogs.map((v) => -Math.exp(v)),
    B,
    C,
    D: inputs.Ds,
    deltaBias: inputs.dtProjsBias,
    deltaSoftplus: true,
  };
  const scanSize = { batch, channels: 4 * D, length: L, states: N, groups: 4 };
  return { xs, low, scan, scanSize, L, P };
}

/** [B, 4, D, L] to [B, 4, L, D] or, with the sizes swapped, back. */
function swapLast(x: Float64Array, outer: number, rows: number, columns: number): Float64Array {
  const out = new Float64Array(x.length);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) out[(o * columns + j) * rows + i] = x[(o * rows + i) * columns + j]!;
    }
  }
  return out;
}

/** The definition: cross scan, projections, selective scan with 4 groups, cross merge. y [B, H, W, D]. */
export function ss2dScanReference(inputs: Ss2dScanReferenceInputs, size: Ss2dScanSize): Float64Array {
  const { batch, height, width, channels } = size;
  const { scan, scanSize, L } = project(inputs, size);
  const { y } = selectiveScanReference(scan, scanSize);
  const merge = { batch, height, width, channels, directions: DIRECTIONS };
  return crossMergeReference(swapLast(y, batch * 4, channels, L), merge);
}

/** The gradient of every input. */
export function ss2dScanReferenceGradient(
  inputs: Ss2dScanReferenceInputs,
  size: Ss2dScanSize,
  dy: Float64Array,
): Ss2dScanReferenceInputs {
  const { batch, height, width, channels: D, rank: R, states: N } = size;
  const { xs, low, scan, scanSize, L, P } = project(inputs, size);
  const image = { batch, height, width, channels: D, directions: DIRECTIONS };
  const upstream = swapLast(crossScanReference(dy, image), batch * 4, L, D); // [B, 4, D, L]
  const g = selectiveScanReferenceGradient(scan, scanSize, upstream);
  const dXProj = new Float64Array(inputs.xProjWeight.length);
  const dDtProjs = new Float64Array(inputs.dtProjsWeight.length);
  const dxs = swapLast(g.u, batch * 4, D, L); // [B, 4, L, D]
  for (let bk = 0; bk < batch * 4; bk++) {
    const k = bk % 4;
    for (let t = 0; t < L; t++) {
      const dProjection = new Float64Array(P);
      for (let d = 0; d < D; d++) {
        const slope = g.delta[(bk * D + d) * L + t]!;
        for (let r = 0; r < R; r++) {
          dDtProjs[(k * D + d) * R + r]! += slope * low[(bk * R + r) * L + t]!;
          dProjection[r]! += slope * inputs.dtProjsWeight[(k * D + d) * R + r]!;
        }
      }
      for (let n = 0; n < N; n++) {
        dProjection[R + n] = g.B[(bk * N + n) * L + t]!;
        dProjection[R + N + n] = g.C[(bk * N + n) * L + t]!;
      }
      const token = (bk * L + t) * D;
      for (let p = 0; p < P; p++) {
        for (let d = 0; d < D; d++) {
          dXProj[(k * P + p) * D + d]! += dProjection[p]! * xs[token + d]!;
          dxs[token + d]! += dProjection[p]! * inputs.xProjWeight[(k * P + p) * D + d]!;
        }
      }
    }
  }
  return {
    x: crossMergeReference(dxs, image),
    xProjWeight: dXProj,
    dtProjsWeight: dDtProjs,
    dtProjsBias: g.deltaBias,
    ALogs: g.A.map((v, i) => v * scan.A[i]!), // dA_log = dA A
    Ds: g.D,
  };
}
