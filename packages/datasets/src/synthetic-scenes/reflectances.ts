import type { Random } from '@prismamba/core';
import { colorChecker } from '../spectra/color-checker.js';
import { interpolateCurve } from '../spectra/spectral-table.js';

/**
 * Kinds of surfaces. Each has spectra of a typical shape and, in `textures.ts`, a typical texture, as in nature:
 * chlorophyll comes with leaves, rising spectra with wood grain, dye bands with a weave. Two surfaces of one colour
 * but different kind therefore look different in their neighbourhood, though not at a single pixel.
 */
export const materialFamilies = ['chart', 'paint', 'textile', 'foliage', 'wood', 'stone', 'plastic'] as const;
export type MaterialFamily = (typeof materialFamilies)[number];

/** The training scenes show one half of the ColorChecker patches, the test scenes the other half. */
export type SceneRole = 'train' | 'test';

/** Reflectance factors in [0, 1] at the given wavelengths (nm). */
export function drawReflectance(
  family: MaterialFamily,
  role: SceneRole,
  wavelengths: readonly number[],
  random: Random,
): Float64Array {
  switch (family) {
    case 'chart':
      return chartPatch(role, wavelengths, random);
    case 'paint':
      return paint(wavelengths, random);
    case 'textile':
      return dyedTextile(wavelengths, random);
    case 'foliage':
      return leaf(wavelengths, random);
    case 'wood':
      return wood(wavelengths, random);
    case 'stone':
      return stone(wavelengths, random);
    case 'plastic':
      return smoothRandom(wavelengths, random);
  }
}

const clamp01 = (value: number) => Math.min(1, Math.max(0, value));
const gaussian = (x: number, centre: number, width: number) => Math.exp(-0.5 * ((x - centre) / width) ** 2);
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** Kubelka-Munk: diffuse reflectance of an opaque layer, R = 1 + K/S - sqrt((K/S)^2 + 2 K/S). */
const kubelkaMunk = (ks: number) => 1 + ks - Math.sqrt(ks * ks + 2 * ks);

/** A published ColorChecker patch; alternate patches belong to training and test. */
function chartPatch(role: SceneRole, wavelengths: readonly number[], random: Random): Float64Array {
  const parity = role === 'train' ? 0 : 1;
  const patches = Object.values<readonly number[]>(colorChecker.columns).filter((_, i) => i % 2 === parity);
  return interpolateCurve(colorChecker.wavelengths, random.pick(patches), wavelengths, 'nearest');
}

/** Pigment: one or two smooth edges, perhaps a band between them, on a low floor. */
function paint(wavelengths: readonly number[], random: Random): Float64Array {
  const floor = random.between(0.03, 0.12);
  const height = random.between(0.25, 0.8);
  const edge = random.between(430, 650);
  const steepness = random.between(12, 35);
  const rising = random.uniform() < 0.65 ? 1 : -1;
  const bump = random.between(0, 0.35);
  const bumpAt = random.between(420, 560);
  const bumpWidth = random.between(25, 50);
  return Float64Array.from(wavelengths, (nm) =>
    clamp01(
      floor + height * sigmoid((rising * (nm - edge)) / steepness) + bump * gaussian(nm, bumpAt, bumpWidth),
    ),
  );
}

/** White fibre with one or two dyes; dyes stop absorbing in the deep red, so most textiles rise there. */
function dyedTextile(wavelengths: readonly number[], random: Random): Float64Array {
  const fibre = random.between(0.7, 0.88);
  const dyes = Array.from({ length: random.integer(1, 2) }, () => ({
    strength: Math.exp(random.between(-1, 2.2)),
    centre: random.between(430, 625),
    width: random.between(28, 55),
  }));
  return Float64Array.from(wavelengths, (nm) => {
    let ks = 0.03;
    for (const dye of dyes) ks += dye.strength * gaussian(nm, dye.centre, dye.width);
    return clamp01(fibre * kubelkaMunk(ks));
  });
}

/** Leaf: chlorophyll a and b, carotenoids, the beginning of the red edge. */
function leaf(wavelengths: readonly number[], random: Random): Float64Array {
  const chlorophyll = Math.exp(random.between(0.3, 1.8));
  const carotenoid = chlorophyll * random.between(0.3, 1.1);
  const tissue = random.between(0.4, 0.6);
  const edge = random.between(690, 700);
  return Float64Array.from(wavelengths, (nm) => {
    const blue = gaussian(nm, 432, 24) + 0.7 * gaussian(nm, 462, 20);
    const red = 0.35 * gaussian(nm, 625, 28) + gaussian(nm, 672, 17);
    const ks = 0.12 + chlorophyll * (blue + red + 0.12) + carotenoid * gaussian(nm, 482, 24);
    return clamp01(tissue * (kubelkaMunk(ks) + 0.35 * sigmoid((nm - edge) / 7)));
  });
}

/** Wood, leather, soil: a spectrum that rises steadily, with a weak iron-oxide shoulder. */
function wood(wavelengths: readonly number[], random: Random): Float64Array {
  const top = random.between(0.2, 0.65);
  const power = random.between(1.2, 3);
  const shoulder = random.between(0, 0.25);
  return Float64Array.from(wavelengths, (nm) => {
    const position = (nm - 340) / 360;
    return clamp01(top * position ** power * (1 - shoulder * gaussian(nm, 510, 45)));
  });
}

/** Stone, paper, concrete: near grey with a slope and a faint wave. */
function stone(wavelengths: readonly number[], random: Random): Float64Array {
  const level = random.between(0.1, 0.7);
  const slope = random.between(-0.12, 0.3) * level;
  const wave = random.between(0, 0.06) * level;
  const phase = random.between(0, 2 * Math.PI);
  return Float64Array.from(wavelengths, (nm) => {
    const x = (nm - 550) / 150;
    return clamp01(level + slope * x + wave * Math.cos(2.4 * x + phase));
  });
}

/** Smooth random reflectance: a logistic of a short cosine series, so it stays inside (0, 1). */
function smoothRandom(wavelengths: readonly number[], random: Random): Float64Array {
  const amplitudes = Array.from({ length: 5 }, (_, order) => (random.normal() * 1.5) / (1 + order));
  const offset = random.between(-1.6, 0.6);
  return Float64Array.from(wavelengths, (nm) => {
    const x = (nm - 400) / 300;
    let sum = offset;
    amplitudes.forEach((amplitude, order) => (sum += amplitude * Math.cos(Math.PI * (order + 1) * x)));
    return 0.03 + 0.9 * sigmoid(sum);
  });
}
