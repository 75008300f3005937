/** 400, 410, ..., 700 nm: the bands of every network here. @throws for another number of bands. */
export function standardBands(bands: number): number[] {
  if (bands !== 31) throw new Error(`standardBands: the cube has ${bands} bands, wanted 31 (400 to 700 nm)`);
  return Array.from({ length: bands }, (_, i) => 400 + 10 * i);
}
