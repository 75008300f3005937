import { effect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import UPlot, { type AlignedData, type Options, type Series } from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { RegionSpectrum } from '../engine/messages.js';
import { cube, hover, spectra } from '../state/store.js';
import { regionName } from '../state/save-file.js';
import { pinColour } from '../view/pin-colours.js';

/** Of the plot, in the page's own unit. */
const HEIGHT_REM = 14.7;

/** Pixels of the page's unit: larger on wall displays. */
const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize);

interface Curves {
  readonly series: Series[];
  readonly bands: NonNullable<Options['bands']>;
  readonly values: (readonly number[])[];
}

/** Curves of one spectrum: its mean, the truth dashed, and an area: the 90 % interval, else one standard deviation of a region. */
function addSpectrum(
  curves: Curves,
  { region, mean, spread, half, truth }: RegionSpectrum,
  colour: string,
): void {
  const label = regionName(region);
  curves.series.push({ label, stroke: colour, width: 2, points: { show: false } });
  curves.values.push(mean);
  if (truth !== undefined) {
    curves.series.push({
      label: `${label}, truth`,
      stroke: colour,
      width: 1.5,
      dash: [5, 4],
      points: { show: false },
    });
    curves.values.push(truth);
  }
  if (half === undefined && region.width * region.height === 1) return;
  const area = half ?? spread;
  const at = curves.series.length;
  const edge = { width: 0, points: { show: false } };
  curves.series.push({ ...edge, label: `${label}, high` }, { ...edge, label: `${label}, low` });
  curves.values.push(
    mean.map((value, i) => value + area[i]!),
    mean.map((value, i) => value - area[i]!),
  );
  curves.bands.push({ series: [at, at + 1], fill: `${colour}33` });
}

function plotted(): Curves {
  const curves: Curves = { series: [{ label: 'nm' }], bands: [], values: [cube.value?.wavelengths ?? []] };
  spectra.value.forEach((spectrum, i) => addSpectrum(curves, spectrum, pinColour(i)));
  if (hover.value !== undefined) addSpectrum(curves, hover.value, '#8a8f98');
  return curves;
}

function options(width: number, { series, bands }: Curves): Options {
  const style = getComputedStyle(document.documentElement);
  const ink = style.getPropertyValue('--ink').trim();
  const line = style.getPropertyValue('--line').trim();
  const unit = rem();
  const font = `${Math.round(0.8 * unit)}px system-ui`;
  const axis = {
    stroke: ink,
    grid: { stroke: line, width: 1 },
    ticks: { stroke: line, width: 1 },
    font,
  };
  return {
    width,
    height: HEIGHT_REM * unit,
    scales: { x: { time: false } },
    axes: [
      { ...axis, label: 'wavelength (nm)', labelFont: font, labelSize: 1.2 * unit, size: 1.9 * unit },
      { ...axis, size: 2.9 * unit },
    ],
    legend: { show: false },
    cursor: { show: false },
    series,
    bands,
  };
}

/** The plot of all spectra; drawn anew when one comes or goes, which takes a few milliseconds. */
export function SpectrumPlot() {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = place.current!;
    let plot: UPlot | undefined;
    const draw = () => {
      const curves = plotted();
      plot?.destroy();
      plot = new UPlot(
        options(element.clientWidth, curves),
        curves.values as unknown as AlignedData,
        element,
      );
    };
    const stop = effect(draw);
    const theme = matchMedia('(prefers-color-scheme: dark)');
    theme.addEventListener('change', draw);
    const resize = new ResizeObserver(() =>
      plot?.setSize({ width: element.clientWidth, height: HEIGHT_REM * rem() }),
    );
    resize.observe(element);
    return () => {
      stop();
      theme.removeEventListener('change', draw);
      resize.disconnect();
      plot?.destroy();
    };
  }, []);
  const count = spectra.value.length;
  return (
    <div
      ref={place}
      class="plot"
      role="img"
      aria-label={`Spectra of ${count} ${count === 1 ? 'place' : 'places'}; dashed where the truth is known. The numbers are in the CSV download.`}
    />
  );
}
