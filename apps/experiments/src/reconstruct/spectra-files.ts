import { writeFileAtomic } from '@prismamba/formats/node';
import { regionChart } from '../report/charts.js';
import { onPaper, renderChart } from '../report/render-chart.js';
import type { RegionSpectrum } from './spectra-sink.js';

/** CSV: a row a band, the wavelength in nm first, then mean and standard deviation of each region. */
export function spectraCsv(spectra: readonly RegionSpectrum[], wavelengths: readonly number[]): string {
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const columns = spectra.flatMap(({ name, pixels }) =>
    pixels === 1 ? [quoted(`at ${name}`)] : [quoted(`at ${name}`), quoted(`at ${name}, std`)],
  );
  const rows = wavelengths.map((wavelength, band) =>
    [
      wavelength,
      ...spectra.flatMap(({ pixels, mean, deviation }) =>
        pixels === 1 ? [mean[band]!] : [mean[band]!, deviation[band]!],
      ),
    ].join(','),
  );
  return `${['wavelength_nm', ...columns].join(',')}\n${rows.join('\n')}\n`;
}

/** Writes the spectra of regions as CSV and as a picture; returns the paths. */
export async function writeSpectra(
  stem: string,
  spectra: readonly RegionSpectrum[],
  wavelengths: readonly number[],
): Promise<string[]> {
  const [csv, svg] = [`${stem}.spectra.csv`, `${stem}.spectra.svg`];
  writeFileAtomic(csv, spectraCsv(spectra, wavelengths));
  writeFileAtomic(svg, onPaper(await renderChart(regionChart(spectra, wavelengths))));
  return [csv, svg];
}
