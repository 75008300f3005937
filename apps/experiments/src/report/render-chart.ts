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

/** A chart as a file of its own: dark ink on white paper, whatever the page around it. */
export const onPaper = (svg: string): string =>
  svg
    .replaceAll('currentColor', '#1a1a1a')
    .replace(/(<svg[^>]*>)/, '$1<rect width="100%" height="100%" fill="white"/>');
