/** How a page stands out from its paper, in the colours that the reader's system asks for. For tests, in a browser. */
export interface Contrast {
  /** What the page thinks that the system is. */
  readonly dark: boolean;
  /** How many texts and marks of charts were looked at. */
  readonly texts: number;
  readonly marks: number;
  /** Those that are too faint: text below 4.5, marks below 3 (WCAG 2.2, 1.4.3 and 1.4.11). */
  readonly faint: readonly string[];
}

type Rgb = readonly [number, number, number];

const parse = (colour: string): Rgb | undefined => {
  const [r, g, b, alpha = 1] = (colour.match(/[\d.]+/g) ?? []).map(Number);
  return r === undefined || g === undefined || b === undefined || alpha < 1 ? undefined : [r, g, b];
};
const luminance = (rgb: Rgb): number => {
  const [r, g, b] = rgb.map((code) => {
    const value = code / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

export function run(text: string): Contrast {
  const parsed = new DOMParser().parseFromString(text, 'text/html');
  document.replaceChild(document.adoptNode(parsed.documentElement), document.documentElement);
  // What the browser paints behind a page of this colour scheme.
  const paper = document.createElement('div');
  paper.style.background = 'Canvas';
  document.body.append(paper);
  const behind = luminance(parse(getComputedStyle(paper).backgroundColor)!);
  const contrast = (rgb: Rgb): number => {
    const [dark, light] = [luminance(rgb), behind].sort((a, b) => a - b) as [number, number];
    return (light + 0.05) / (dark + 0.05);
  };
  const faint: string[] = [];
  let [texts, marks] = [0, 0];
  const look = (what: string, colour: string, limit: number): void => {
    const rgb = parse(colour);
    if (rgb !== undefined && contrast(rgb) < limit) faint.push(`${what}: ${contrast(rgb).toFixed(1)}`);
  };
  for (const element of document.body.querySelectorAll<Element>('h1, td, p, svg text')) {
    const words = element.textContent.trim();
    if (words === '') continue;
    const style = getComputedStyle(element);
    look(words, element instanceof SVGElement ? style.fill : style.color, 4.5);
    texts++;
  }
  for (const mark of document.body.querySelectorAll<SVGElement>(
    'svg .mark-line path, svg .mark-symbol path',
  )) {
    const { stroke, fill, opacity, strokeOpacity } = getComputedStyle(mark);
    // What is drawn faint on purpose has its bold line over it.
    if (Number(opacity) < 1 || Number(strokeOpacity) < 1) continue;
    look(`mark of ${stroke}`, stroke === 'none' ? fill : stroke, 3);
    marks++;
  }
  return { dark: matchMedia('(prefers-color-scheme: dark)').matches, texts, marks, faint };
}
