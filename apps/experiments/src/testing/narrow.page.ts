/** What a page is in a window of 420 pixels. For tests, in a browser. */
export interface NarrowPage {
  /** Pixels by which the page is wider than the window. */
  readonly overflow: number;
  /** How many of its charts and tables are scrolled by themselves. */
  readonly scrolled: number;
  /** First cells of tables that are broken inside a word. */
  readonly broken: readonly string[];
}

export async function run(html: string): Promise<NarrowPage> {
  const frame = document.createElement('iframe');
  Object.assign(frame.style, { width: '420px', height: '900px', border: '0' });
  frame.srcdoc = html;
  const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
  document.documentElement.append(frame);
  await loaded;
  const page = frame.contentDocument!;
  const boxes = [...page.querySelectorAll('.wide')];
  const cells = [...page.querySelectorAll('td:first-child')];
  const linesOf = (cell: Element) => {
    const range = page.createRange();
    range.selectNodeContents(cell);
    return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size;
  };
  const texts = cells.map((cell) => ({ text: cell.textContent.trim(), lines: linesOf(cell) }));
  return {
    overflow: page.documentElement.scrollWidth - 420,
    scrolled: boxes.filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth).length,
    broken: texts.filter(({ text, lines }) => lines > text.split(/\s+/).length).map(({ text }) => text),
  };
}
