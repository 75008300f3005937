import type { Random } from '@prismamba/core';
import { drawReflectance, type MaterialFamily, type SceneRole } from './reflectances.js';
import { drawTexture, type Texture } from './textures.js';

/** A surface: two spectra of one material family, the texture that mixes them, and its gloss. */
export interface Surface {
  readonly family: MaterialFamily;
  readonly first: Float64Array;
  readonly second: Float64Array;
  readonly texture: Texture;
  /** Strength of the highlight, 0 for matt. */
  readonly gloss: number;
}

/** A shape with its surface; later shapes lie on top. Coordinates are pixels. */
export interface SceneObject {
  readonly surface: Surface;
  readonly kind: 'background' | 'ellipse' | 'box';
  readonly row: number;
  readonly column: number;
  readonly halfHeight: number;
  readonly halfWidth: number;
  readonly cos: number;
  readonly sin: number;
}

/**
 * How often each family is drawn. Training and test differ on purpose: the test scenes are not drawn from the
 * distribution of the training scenes, they only share the physics.
 */
const familyWeights: Record<SceneRole, Record<MaterialFamily, number>> = {
  train: { chart: 1, paint: 3, textile: 3, foliage: 2, wood: 2, stone: 2, plastic: 3 },
  test: { chart: 2, paint: 2, textile: 2, foliage: 3, wood: 2, stone: 1, plastic: 2 },
};

function drawFamily(role: SceneRole, random: Random): MaterialFamily {
  const entries = Object.entries(familyWeights[role]) as [MaterialFamily, number][];
  let left = random.uniform() * entries.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [family, weight] of entries) {
    left -= weight;
    if (left < 0) return family;
  }
  return entries[entries.length - 1]![0];
}

const glossy: ReadonlySet<MaterialFamily> = new Set(['paint', 'plastic', 'foliage']);

function drawSurface(role: SceneRole, wavelengths: readonly number[], random: Random): Surface {
  const family = drawFamily(role, random);
  const first = drawReflectance(family, role, wavelengths, random);
  const other = drawReflectance(family, role, wavelengths, random);
  // The second spectrum is a mixture: a surface keeps a family likeness with itself.
  const share = random.between(0.35, 1);
  const second = first.map((value, band) => value + share * (other[band]! - value));
  const gloss = glossy.has(family) ? random.between(0.05, 0.45) : 0;
  return { family, first, second, texture: drawTexture(family, random), gloss };
}

/** A background and 6 to 14 objects on it. */
export function drawLayout(
  role: SceneRole,
  size: { readonly height: number; readonly width: number },
  wavelengths: readonly number[],
  random: Random,
): SceneObject[] {
  const { height, width } = size;
  const scale = Math.min(height, width);
  const objects: SceneObject[] = [
    {
      surface: drawSurface(role, wavelengths, random),
      kind: 'background',
      row: height / 2,
      column: width / 2,
      halfHeight: height,
      halfWidth: width,
      cos: 1,
      sin: 0,
    },
  ];
  const count = random.integer(6, 14);
  for (let i = 0; i < count; i++) {
    const surface = drawSurface(role, wavelengths, random);
    const angle = surface.family === 'chart' ? 0 : random.between(0, Math.PI);
    const boxed = surface.family === 'chart' || random.uniform() < 0.4;
    objects.push({
      surface,
      kind: boxed ? 'box' : 'ellipse',
      row: random.between(0, height),
      column: random.between(0, width),
      halfHeight: scale * random.between(0.1, 0.28),
      halfWidth: scale * random.between(0.1, 0.28),
      cos: Math.cos(angle),
      sin: Math.sin(angle),
    });
  }
  return objects;
}
