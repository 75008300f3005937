import type { TopLevelSpec } from 'vega-lite';

/** Draws a Vega-Lite specification as SVG. The libraries are large, so they are loaded at the first chart. */
export async function renderChart(spec: TopLevelSpec): Promise<string> {
  const [{ compile }, { parse, View }] = await Promise.all([import('vega-lite'), import('vega')]);
  const view = new View(parse(compile(spec).spec), { renderer: 'none' });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
