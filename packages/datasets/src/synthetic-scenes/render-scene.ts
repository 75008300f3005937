import type { Random } from '@prismamba/core';
import { illuminantAt, type Illuminant } from '../rgb-formation/sensitivities.js';
import { drawLayout, type SceneObject } from './layout.js';
import type { SceneRole } from './reflectances.js';
import { valueNoise, type TextureSample } from './textures.js';

/** What {@link renderScene} needs. */
export interface RenderOptions {
  readonly height: number;
  readonly width: number;
  readonly wavelengths: readonly number[];
  readonly illuminant: Illuminant;
  readonly role: SceneRole;
}

interface Placed {
  readonly object: SceneObject;
  /** first * light and (second - first) * light, one value a band. */
  readonly base: Float32Array;
  readonly change: Float32Array;
  readonly highlightU: number;
  readonly highlightV: number;
}

/**
 * Radiance of a scene of matt and glossy surfaces (dichromatic model), relative to the brightest band of the light:
 *
 *   L(p, b) = clip01( E(b) * ( s(p) * R(p, b) + g(p) ) ),   E scaled to max 1,
 *
 * R a mixture of the surface's two spectra by its texture, s shading (light gradient, the round form of ellipses,
 * relief of the texture), g the highlight in the colour of the light.
 *
 * @returns [height, width, bands] in [0, 1]
 */
export function renderScene(options: RenderOptions, random: Random): Float32Array {
  const { height, width, wavelengths, illuminant, role } = options;
  const bands = wavelengths.length;
  const power = illuminantAt(illuminant, wavelengths);
  const peak = power.reduce((a, b) => Math.max(a, b), 0);
  const light = Float32Array.from(power, (value) => value / peak);
  const placed = drawLayout(role, { height, width }, wavelengths, random).map((object): Placed => {
    const { first, second } = object.surface;
    return {
      object,
      base: light.map((value, b) => value * first[b]!),
      change: light.map((value, b) => value * (second[b]! - first[b]!)),
      highlightU: random.between(-0.5, 0.5),
      highlightV: random.between(-0.5, 0.5),
    };
  });
  const shadeSeed = random.integer(-0x80000000, 0x7fffffff);
  const direction = random.between(0, 2 * Math.PI);
  const slopeRow = (0.25 * Math.sin(direction)) / height;
  const slopeColumn = (0.25 * Math.cos(direction)) / width;
  const cube = new Float32Array(height * width * bands);
  const sample: TextureSample = { mix: 0, relief: 1 };
  let at = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      // Uneven light: a gradient and slow noise, between 0.45 and 1.
      const gradient = slopeRow * (row - height / 2) + slopeColumn * (column - width / 2);
      const cloud = valueNoise((column / width) * 3, (row / height) * 3, shadeSeed);
      let shade = 0.75 + gradient + 0.3 * (cloud - 0.5);
      let gloss = 0;
      let top = placed[0]!;
      for (let i = placed.length - 1; i >= 0; i--) {
        const candidate = placed[i]!;
        const { object } = candidate;
        if (object.kind === 'background') {
          top = candidate;
          break;
        }
        const dy = row - object.row;
        const dx = column - object.column;
        const u = (dx * object.cos + dy * object.sin) / object.halfWidth;
        const v = (dy * object.cos - dx * object.sin) / object.halfHeight;
        const distance = object.kind === 'ellipse' ? u * u + v * v : Math.max(u * u, v * v);
        if (distance < 1) {
          top = candidate;
          if (object.kind === 'ellipse') shade *= 0.35 + 0.65 * Math.sqrt(1 - distance);
          if (object.surface.gloss > 0) {
            const du = u - candidate.highlightU;
            const dv = v - candidate.highlightV;
            gloss = object.surface.gloss * Math.exp(-(du * du + dv * dv) * 40);
          }
          break;
        }
      }
      top.object.surface.texture(row, column, sample);
      shade *= sample.relief;
      const mixed = shade * sample.mix;
      const { base, change } = top;
      for (let b = 0; b < bands; b++) {
        const value = shade * base[b]! + mixed * change[b]! + gloss * light[b]!;
        cube[at + b] = value > 1 ? 1 : value;
      }
      at += bands;
    }
  }
  return cube;
}
