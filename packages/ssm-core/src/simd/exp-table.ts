/**
 * Constants of `assembly/lib/exp2.ts`, in its layout: the lowest exponent, 1.5 x 2^23 (adding it rounds to a whole
 * number), the minimax polynomial of 2^f on [-0.5, 0.5] (degree 5, by Remez' exchange on the relative error, which is
 * 7.5e-8), log2(e) and ln(2). The kernels load them from memory: as literals V8 would build them again in every
 * iteration.
 */
export const EXP_TABLE: readonly number[] = [
  -126,
  12582912,
  1.0000000716546849,
  0.6931469670647609,
  0.24022119723839974,
  0.055507132734978495,
  0.009675541334453752,
  0.0013276471992533978,
  Math.LOG2E,
  Math.LN2,
];
