import { describe, expect, it } from 'vitest';
import { jpegRoundTrip } from '../loaders/jpeg-round-trip.js';
import { formRgb } from '../rgb-formation/form-rgb.js';
import { photoRecipe } from '../rgb-formation/photo.js';
import { cameraSensitivities, observerSensitivities } from '../rgb-formation/sensitivities.js';
import { srgb } from '../rgb-formation/cie.js';
import { nikonD5100 } from '../spectra/cameras.js';
import { colorChecker } from '../spectra/color-checker.js';
import { sampleTable, standardWavelengths } from '../spectra/spectral-table.js';
import { drawPhoto, photoAugmentation, syntheticCamera } from './photo-augmentation.js';

const wavelengths = standardWavelengths;
const nikon = cameraSensitivities(nikonD5100);
/** The 24 patches as an image of 4 x 6 pixels. */
const chart = (() => {
  const table = sampleTable(colorChecker, wavelengths);
  return Float32Array.from(Object.values(table).flatMap((spectrum) => [...spectrum]));
})();
const image = { data: chart, height: 4, width: 6 };
const white = { data: new Float32Array(wavelengths.length).fill(1), height: 1, width: 1 };

describe('photoRecipe', () => {
  it('an eye as the camera needs no correction: linear sRGB of the chart', async () => {
    const photo = await formRgb(image, photoRecipe({ camera: observerSensitivities('1931'), bits: 'none' }), {
      wavelengths,
    });
    const encoded = await formRgb(image, srgb({ bits: 'none' }), { wavelengths });
    const linear = encoded.map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    photo.forEach((v, i) => expect(v).toBeCloseTo(linear[i]!, 4));
  });

  it.each(['D65', 'A'] as const)(
    'a measured camera under %s gives neutral greys and near colours',
    async (illuminant) => {
      const wanted = await formRgb(
        image,
        photoRecipe({ camera: observerSensitivities('1931'), bits: 'none' }),
        { wavelengths },
      );
      const photo = await formRgb(image, photoRecipe({ camera: nikon, illuminant, bits: 'none' }), {
        wavelengths,
      });
      const [r, g, b] = await formRgb(white, photoRecipe({ camera: nikon, illuminant, bits: 'none' }), {
        wavelengths,
      });
      for (const channel of [r!, g!, b!]) expect(channel).toBeGreaterThan(0.93);
      const rms = Math.sqrt(photo.reduce((sum, v, i) => sum + (v - wanted[i]!) ** 2, 0) / photo.length);
      expect(rms).toBeLessThan(0.05);
      expect(rms).toBeGreaterThan(0.001);
    },
  );

  it('eight bits and JPEG cost what they cost, exposure is linear until it clips', async () => {
    const form = (options: object) =>
      formRgb(image, photoRecipe({ camera: nikon, bits: 'none', ...options }), {
        wavelengths,
        jpeg: jpegRoundTrip,
      });
    const clean = await form({});
    const worst = (other: Float32Array) => Math.max(...other.map((v, i) => Math.abs(v - clean[i]!)));
    expect(worst(await form({ bits: 8 }))).toBeLessThan(0.005);
    expect(worst(await form({ bits: 8, jpegQuality: 65 }))).toBeGreaterThan(0.01);
    const half = await form({ exposureFactor: 0.5 });
    half.forEach((v, i) => expect(v).toBeCloseTo(clean[i]! / 2, 5));
    expect(Math.max(...(await form({ exposureFactor: 4 })))).toBe(1);
  });
});

describe('photoAugmentation', () => {
  const options = {
    cameras: [nikon],
    syntheticCameras: 0.5,
    illuminants: ['D65', 'A', 'D50'] as const,
    exposure: [0.5, 2] as const,
    electrons: [500, 20_000] as const,
    readSigma: [0, 0.004] as const,
    jpegQuality: [50, 95] as const,
    jpegPart: 0.5,
    jpeg: jpegRoundTrip,
  };

  it('is a function of the seed, and scales the truth by the exposure', async () => {
    const photo = photoAugmentation(options);
    const cube = chart.slice(0, 4 * wavelengths.length);
    const first = await photo(cube, 2, wavelengths, 7);
    expect(await photo(cube, 2, wavelengths, 7)).toEqual(first);
    expect((await photo(cube, 2, wavelengths, 8)).rgb).not.toEqual(first.rgb);
    const { exposureFactor } = drawPhoto(options, 7);
    expect(exposureFactor).not.toBe(1);
    first.cube.forEach((v, i) => expect(v).toBeCloseTo(cube[i]! * exposureFactor, 6));
    expect(Math.max(...first.rgb)).toBeLessThanOrEqual(1);
  });

  it('draws inside the ranges, every light, both kinds of cameras, with and without JPEG', () => {
    const drawn = Array.from({ length: 400 }, (_, seed) => drawPhoto(options, seed));
    const gains = drawn.map(({ exposureFactor }) => exposureFactor);
    expect(Math.min(...gains)).toBeGreaterThanOrEqual(0.5);
    expect(Math.max(...gains)).toBeLessThanOrEqual(2);
    // as many below 1 as above: even in stops
    expect(Math.abs(gains.filter((exposureFactor) => exposureFactor < 1).length - 200)).toBeLessThan(40);
    expect(new Set(drawn.map(({ illuminant }) => illuminant)).size).toBe(3);
    const measured = drawn.filter(({ camera }) => camera === nikon).length;
    expect(Math.abs(measured - 200)).toBeLessThan(40);
    const qualities = drawn.flatMap(({ jpegQuality }) => jpegQuality ?? []);
    expect(Math.abs(qualities.length - 200)).toBeLessThan(40);
    expect(Math.min(...qualities)).toBeGreaterThanOrEqual(50);
    expect(Math.max(...qualities)).toBeLessThanOrEqual(95);
  });

  it('synthetic cameras are smooth, ordered, and repeat', () => {
    for (let seed = 0; seed < 30; seed++) {
      const curves = syntheticCamera(seed).at(wavelengths);
      expect(syntheticCamera(seed).at(wavelengths)).toEqual(curves);
      const peaks = curves.map((curve) => wavelengths[curve.indexOf(Math.max(...curve))]!);
      expect(peaks[0]).toBeGreaterThan(peaks[1]!);
      expect(peaks[1]).toBeGreaterThan(peaks[2]!);
    }
  });

  it('says what is missing', () => {
    expect(() => photoAugmentation({ cameras: [] })).toThrow('cameras is empty');
    expect(() => photoAugmentation({ cameras: [nikon], exposure: [2, 1] })).toThrow('exposure is [2, 1]');
    expect(() => photoAugmentation({ cameras: [nikon], jpegQuality: [1, 2] })).toThrow('needs a codec');
  });
});
