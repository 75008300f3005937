import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import type { Measured } from './performance-page.js';

/** CPU seconds of the forward and training rows, ours and rivals', on a log scale. */
export function performanceChart(rows: readonly Measured[]): TopLevelSpec {
  const values = rows.flatMap((row) => {
    if (!['forward', 'training'].includes(row.case.section) || 'missing' in row.outcome) return [];
    const { section, name, size, threads, ours } = row.case;
    return [
      {
        row: `${section}, ${size}: ${name}${threads > 1 ? `, ${threads} threads` : ''}`,
        seconds: row.outcome.result.cpuSeconds,
        who: ours ? 'Prismamba' : 'PyTorch on the same CPU',
      },
    ];
  });
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
    title: 'GMSR-Net: CPU seconds (log scale)',
    data: { values },
    // On a log scale a bar has no place to start from: a dot a figure, as a dot plot.
    mark: { type: 'point', filled: true, size: 80 },
    encoding: {
      x: { field: 'seconds', type: 'quantitative', scale: { type: 'log' }, title: 'CPU seconds' },
      y: { field: 'row', type: 'nominal', sort: null, title: null, axis: { labelLimit: 600, grid: true } },
      color: { field: 'who', type: 'nominal', title: null, legend: { orient: 'bottom', labelLimit: 0 } },
      shape: { field: 'who', type: 'nominal', title: null },
    },
    width: 420,
    height: { step: 20 },
    config: { background: 'white' },
  };
}

export async function renderSvg(spec: TopLevelSpec): Promise<string> {
  const view = new View(parse(compile(spec).spec), { renderer: 'none' });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
