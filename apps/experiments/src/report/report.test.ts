import { describe, expect, it } from 'vitest';
import type { SceneFigure } from '../run/scene-figures.js';
import { bandErrorChart, lossChart, spectraChart } from './charts.js';
import { colourMap } from './colour-map.js';
import { html, trusted } from './html.js';
import { renderChart } from './render-chart.js';
import { sceneGridSvg } from './scene-grid.js';

describe('html', () => {
  it('escapes values, keeps markup, joins lists', () => {
    const part = html`<b>${'<script>"&'}</b>`;
    expect(html`${[part, 1]}${trusted('<hr>')}`.text).toBe('<b>&lt;script&gt;&quot;&amp;</b>1<hr>');
  });
});

describe('colourMap', () => {
  it('goes from dark blue over green to yellow, marks what lies above, and shows NaN as white', () => {
    const out = colourMap([0, 0.5, 1, 7, NaN], 1);
    expect([...out.slice(0, 3)]).toEqual([68, 1, 84]);
    expect([...out.slice(3, 6)]).toEqual([33, 145, 140]);
    expect([...out.slice(6, 9)]).toEqual([253, 231, 37]);
    expect([...out.slice(9, 12)]).toEqual([255, 45, 85]);
    expect([...out.slice(12)]).toEqual([255, 255, 255]);
    expect([...colourMap([0, 0], 0)], 'no error anywhere').toEqual([68, 1, 84, 68, 1, 84]);
  });
});

describe('the grid of pictures', () => {
  it('of two columns fits a page of 420 pixels; more are scrolled before their words get too small', () => {
    const sizes = (columns: readonly string[]) => {
      const svg = sceneGridSvg({ columns, rows: [], scale: 1, scaleTitle: 'absolute error' });
      const found = /width="(\d+)" height="\d+" style="min-width:(\d+)px"/.exec(svg)!;
      return { natural: Number(found[1]), least: Number(found[2]) };
    };
    const two = sizes(['truth', 'GMSR-Net']);
    // The page has 16 pixels at each side.
    expect(two.least).toBeLessThanOrEqual(420 - 2 * 16);
    expect(two.least / two.natural).toBeCloseTo(0.75, 2);
    expect(sizes(['truth', 'GMSR-Net', 'regression', 'mean']).least).toBeGreaterThan(420);
  });
});

describe('charts', () => {
  it('the loss curve holds every step and its axis titles', async () => {
    const points = Array.from({ length: 30 }, (_, i) => ({ step: i + 1, loss: 1 / (i + 1) }));
    const svg = await renderChart(lossChart(points));
    expect(svg).toMatch(/^<svg/);
    expect(svg).toContain('training loss');
    // The thin line has one vertex a step.
    const path = /<path[^>]*d="(M[^"]+)"[^>]*stroke="#7f7f7f"/.exec(svg);
    expect(path![1]!.match(/[ML]/g)).toHaveLength(30);
  });
  it('the legend of the error by wavelength is as strong as its lines', async () => {
    const wavelengths = [400, 410, 420];
    const errors = ['a', 'b'].map((model) => ({ scene: 's', model, wavelengths, rmse: [0.1, 0.2, 0.1] }));
    const svg = await renderChart(bandErrorChart(errors));
    const symbols = svg
      .split('role-legend-symbol')
      .slice(1)
      .map((part) => /<path[^>]*>/.exec(part)![0]);
    expect(symbols).toHaveLength(2);
    for (const symbol of symbols) {
      expect(symbol).toMatch(/stroke="#(0072b2|d55e00)"/);
      expect(Number(/ opacity="([\d.]+)"/.exec(symbol)?.[1] ?? 1)).toBe(1);
    }
  });
  it('the spectra chart has a panel a pixel and a line a series', async () => {
    const spectrum = (scale: number) => Array.from({ length: 31 }, (_, i) => scale * (i + 1));
    const pixel = (row: number) => ({
      row,
      column: 2,
      series: { truth: spectrum(1), 'GMSR-Net': spectrum(2) },
    });
    const figure: SceneFigure = {
      scene: 's',
      height: 4,
      width: 4,
      wavelengths: Array.from({ length: 31 }, (_, i) => 400 + 10 * i),
      input: '',
      rendered: {},
      errorMaps: [],
      truth: {},
      meanSpectra: { truth: spectrum(1) },
      errorScale: 1,
      pixels: [pixel(1), pixel(3)],
    };
    const svg = await renderChart(spectraChart(figure));
    for (const text of ['row 1, column 2', 'row 3, column 2', 'GMSR-Net', 'truth', 'wavelength (nm)'])
      expect(svg).toContain(text);
    expect(svg.match(/stroke="#0072b2"/g)!.length).toBeGreaterThanOrEqual(2);
  });
});
