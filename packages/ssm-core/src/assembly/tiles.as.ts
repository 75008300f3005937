// Tiles between rows along L (channel-first tensors) and the vectors of scan-core (one vector = 4 channels of a token).

/**
 * Reads `tokens` floats of `lanes` (1 to 4) rows, `rowBytes` apart, and writes one vector a token from `out` on, `step`
 * bytes apart (a negative step writes them backwards). Missing lanes are 0.
 */
export function loadTile(rows: usize, rowBytes: usize, lanes: i32, tokens: i32, out: usize, step: usize): void {
  const zero = f32x4.splat(0);
  let t = 0;
  for (; t + 4 <= tokens; t += 4) {
    const r0 = v128.load(rows);
    const r1 = lanes > 1 ? v128.load(rows + rowBytes) : zero;
    const r2 = lanes > 2 ? v128.load(rows + 2 * rowBytes) : zero;
    const r3 = lanes > 3 ? v128.load(rows + 3 * rowBytes) : zero;
    const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
    const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
    const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
    const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
    v128.store(out, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
    v128.store(out + step, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
    v128.store(out + 2 * step, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
    v128.store(out + 3 * step, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
    rows += 16;
    out += 4 * step;
  }
  for (; t < tokens; t++) {
    let v = v128.load32_zero(rows);
    if (lanes > 1) v = f32x4.replace_lane(v, 1, load<f32>(rows + rowBytes));
    if (lanes > 2) v = f32x4.replace_lane(v, 2, load<f32>(rows + 2 * rowBytes));
    if (lanes > 3) v = f32x4.replace_lane(v, 3, load<f32>(rows + 3 * rowBytes));
    v128.store(out, v);
    rows += 4;
    out += step;
  }
}

/** The way back: one vector a token from `tile` on, `step` bytes apart, into `lanes` rows; added to them if `add`. */
export function storeTile(
  tile: usize,
  step: usize,
  rows: usize,
  rowBytes: usize,
  lanes: i32,
  tokens: i32,
  add: bool,
): void {
  let t = 0;
  for (; t + 4 <= tokens; t += 4) {
    const v0 = v128.load(tile);
    const v1 = v128.load(tile + step);
    const v2 = v128.load(tile + 2 * step);
    const v3 = v128.load(tile + 3 * step);
    const low01 = v128.shuffle<f32>(v0, v1, 0, 4, 1, 5);
    const high01 = v128.shuffle<f32>(v0, v1, 2, 6, 3, 7);
    const low23 = v128.shuffle<f32>(v2, v3, 0, 4, 1, 5);
    const high23 = v128.shuffle<f32>(v2, v3, 2, 6, 3, 7);
    put(rows, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5), add);
    if (lanes > 1) put(rows + rowBytes, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7), add);
    if (lanes > 2) put(rows + 2 * rowBytes, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5), add);
    if (lanes > 3) put(rows + 3 * rowBytes, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7), add);
    tile += 4 * step;
    rows += 16;
  }
  for (; t < tokens; t++) {
    for (let lane = 0; lane < lanes; lane++) {
      const at = rows + (lane as usize) * rowBytes;
      const value = load<f32>(tile + ((lane as usize) << 2));
      store<f32>(at, add ? load<f32>(at) + value : value);
    }
    tile += step;
    rows += 4;
  }
}

@inline
function put(at: usize, value: v128, add: bool): void {
  v128.store(at, add ? f32x4.add(v128.load(at), value) : value);
}
