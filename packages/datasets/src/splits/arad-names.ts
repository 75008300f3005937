const numbered = (prefix: string, numbers: readonly number[]): string[] =>
  numbers.map((number) => `${prefix}${String(number).padStart(4, '0')}`);

const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i);

/** Scenes of NTIRE 2020 that have a public cube. */
export const ntire2020Names = {
  training: numbered('ARAD_HS_', range(1, 450)),
  validation: numbered('ARAD_HS_', [451, 453, 455, 456, 457, 459, 462, 463, 464, 465]),
};

/** Scenes of NTIRE 2022; those of the test have an image and no public cube. */
export const ntire2022Names = {
  training: numbered('ARAD_1K_', range(1, 900)),
  validation: numbered('ARAD_1K_', range(901, 950)),
  test: numbered('ARAD_1K_', range(951, 1000)),
};
