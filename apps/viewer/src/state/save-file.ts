import type { RegionSpectrum } from '../engine/messages.js';

/** Hands a file to the browser's downloads. */
export function saveFile(name: string, parts: readonly (string | Uint8Array)[]): void {
  const url = URL.createObjectURL(new Blob(parts as BlobPart[]));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has its own hold on the data once it began.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

export const regionName = ({ x, y, width, height }: RegionSpectrum['region']) =>
  width === 1 && height === 1 ? `(${x}, ${y})` : `(${x}, ${y}), ${width} × ${height}`;

/** Wavelength in nm first, then mean and standard deviation of each region, named as `prismamba reconstruct --at` names them. */
export function spectraCsv(wavelengths: readonly number[], spectra: readonly RegionSpectrum[]): string {
  const columns = spectra.flatMap(({ region, mean, spread, half, truth }) => {
    const { x, y, width, height } = region;
    const isPoint = width === 1 && height === 1;
    const name = `at ${isPoint ? [x, y].join(',') : [x, y, width, height].join(',')}`;
    return [
      { name, values: mean },
      ...(isPoint ? [] : [{ name: `${name}, std`, values: spread }]),
      ...(half === undefined ? [] : [{ name: `${name}, half width of 90 %`, values: half }]),
      ...(truth === undefined ? [] : [{ name: `${name}, truth`, values: truth }]),
    ];
  });
  const head = ['wavelength_nm', ...columns.map(({ name }) => `"${name}"`)];
  const rows = wavelengths.map((nm, band) => [nm, ...columns.map(({ values }) => values[band])]);
  return `${[head, ...rows].map((row) => row.join(',')).join('\n')}\n`;
}
