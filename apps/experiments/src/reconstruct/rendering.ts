import { formRgb, rgbRecipe, type RgbRecipe } from '@prismamba/datasets';

/** How a spectrum becomes the linear RGB that weights take: rgb = M spectrum, and the least change of a spectrum for a change of RGB. */
export interface Rendering {
  /** For reports: whose eyes these are. */
  readonly name: string;
  /** M, [3, bands] row-major. */
  readonly matrix: Float64Array;
  /** M^T (M M^T)^-1, [bands, 3] row-major: the smallest spectrum (in the Euclidean norm) that gives a wanted RGB. */
  readonly inverse: Float64Array;
}

const LINEAR_STEPS = ['project', 'scale', 'colour-matrix'];

/** Steps of a recipe before anything that is not linear (clipping, codes). */
const linearPart = (recipe: RgbRecipe): RgbRecipe => ({
  ...recipe,
  steps: recipe.steps.filter(({ name }) => LINEAR_STEPS.includes(name)),
});

/** Inverse of a symmetric 3 x 3 matrix by cofactors. */
function inverse3(m: readonly (readonly [number, number, number])[]): number[][] {
  const cofactor = (r: number, c: number) => {
    const at = (i: number, j: number) => m[(r + i) % 3]![(c + j) % 3]!;
    return at(1, 1) * at(2, 2) - at(1, 2) * at(2, 1);
  };
  const determinant = [0, 1, 2].reduce((sum, c) => sum + m[0]![c]! * cofactor(0, c), 0);
  return [0, 1, 2].map((r) => [0, 1, 2].map((c) => cofactor(c, r) / determinant));
}

/**
 * The rendering that belongs to weights which were trained on RGB of a recipe: that of the recipe itself for `ntire2020-clean`;
 * else the CIE 1931 observer under D65 in linear sRGB, which is what photos are developed to.
 */
export async function renderingOf(
  recipe: string | undefined,
  wavelengths: readonly number[],
): Promise<Rendering> {
  const bands = wavelengths.length;
  const isClean = recipe === 'ntire2020-clean';
  const linear = linearPart(isClean ? rgbRecipe('ntire2020-clean') : rgbRecipe('srgb', { bits: 'none' }));
  const unit = new Float32Array(bands * bands);
  for (let band = 0; band < bands; band++) unit[band * bands + band] = 1;
  const columns = await formRgb({ data: unit, height: 1, width: bands }, linear, { wavelengths });
  const matrix = new Float64Array(3 * bands);
  for (let band = 0; band < bands; band++) {
    for (let c = 0; c < 3; c++) matrix[c * bands + band] = columns[3 * band + c]!;
  }
  const gram = [0, 1, 2].map((a) =>
    [0, 1, 2].map((b) => {
      let sum = 0;
      for (let band = 0; band < bands; band++) sum += matrix[a * bands + band]! * matrix[b * bands + band]!;
      return sum;
    }),
  ) as [number, number, number][];
  const inverted = inverse3(gram);
  const inverse = new Float64Array(3 * bands);
  for (let band = 0; band < bands; band++) {
    for (let c = 0; c < 3; c++) {
      for (let k = 0; k < 3; k++) inverse[3 * band + c]! += matrix[k * bands + band]! * inverted[k]![c]!;
    }
  }
  return {
    name: isClean ? 'CIE 1964 observer of NTIRE 2020' : 'linear sRGB (CIE 1931, D65)',
    matrix,
    inverse,
  };
}
