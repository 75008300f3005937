import { evaluateProtocol, getProtocol, MetricArgumentError } from '@prismamba/metrics';
import type { LoadedCube } from './cube.js';
import { sameBands } from './cube.js';
import type { Score } from './messages.js';

const units: Readonly<Record<string, string>> = { PSNR: 'dB', SAM: '°' };

/** @throws where a truth cannot be compared with a cube; says which differs */
export function checkComparable(cube: LoadedCube, truth: LoadedCube): void {
  const [a, b] = [cube.info, truth.info];
  if (a.height !== b.height || a.width !== b.width) {
    throw new Error(
      `${b.name} has ${b.width} x ${b.height} pixels, the cube that is shown ${a.width} x ${a.height}: they cannot be compared.`,
    );
  }
  if (!sameBands(a.wavelengths, b.wavelengths)) {
    const range = (nm: readonly number[]) => `${nm.length} bands from ${nm[0]} to ${nm.at(-1)} nm`;
    throw new Error(`${b.name} has ${range(b.wavelengths)}, the cube that is shown ${range(a.wavelengths)}.`);
  }
}

/** The metrics of protocol `standard`; one that is not defined for these cubes (a window larger than the picture) says why. */
export function scoresOf(cube: LoadedCube, truth: LoadedCube): Score[] {
  checkComparable(cube, truth);
  const measured = ({ data, info }: LoadedCube) => ({
    data,
    height: info.height,
    width: info.width,
    bands: info.wavelengths.length,
    wavelengths: info.wavelengths,
  });
  const protocol = getProtocol('standard');
  return protocol.columns.map((column): Score => {
    const score = { name: column.key, unit: units[column.key] ?? '' };
    try {
      const scores = evaluateProtocol({ ...protocol, columns: [column] }, measured(truth), measured(cube));
      return { ...score, value: scores[column.key] };
    } catch (error) {
      if (!(error instanceof MetricArgumentError)) throw error;
      return { ...score, value: undefined, why: error.message };
    }
  });
}
