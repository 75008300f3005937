import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listPretrained } from '@prismamba/weights';
import { expect, it } from 'vitest';
import { onPaper, renderChart } from '../report/render-chart.js';
import { calibrationChart } from './calibration-chart.js';

it.each(listPretrained().map((card) => [card.name, card] as const))(
  'the calibration plot of %s shows what was measured',
  async (name, { limits }) => {
    const file = join(import.meta.dirname, '../../../../packages/weights/weights', `${name}.calibration.svg`);
    const svg = `${onPaper(await renderChart(calibrationChart(limits!.uncertainty)))}\n`;
    if (process.env['PRISMAMBA_WRITE_DOCS'] !== undefined) writeFileSync(file, svg);
    expect(readFileSync(file, 'utf8'), 'PRISMAMBA_WRITE_DOCS=1 writes it').toBe(svg);
  },
);
