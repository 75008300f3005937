import { html, trusted, type Html } from './html.js';

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --accent: #1f5fa8; }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
h1 { line-height: 1.2; } h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); }
table { border-collapse: collapse; margin: 1rem 0; } th, td { padding: .3rem .8rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
td { overflow-wrap: anywhere; } td:first-child { overflow-wrap: break-word; } td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; } td.best { font-weight: 700; }
.banner { padding: .6rem 1rem; border-left: 4px solid #d55e00; background: #d55e0018; } small { opacity: .8; }
.wide { overflow-x: auto; } .grid { flex: 1 1 44rem; min-width: 0; } .grid svg { width: 100%; max-width: 56rem; height: auto; } .chart svg { height: auto; } .numbers th { min-width: 5rem; } thead th { vertical-align: bottom; }
.fit svg { max-width: 100%; height: auto; }
.columns { display: flex; flex-wrap: wrap; gap: 1.5rem 3rem; align-items: flex-start; } .columns > * { min-width: 0; max-width: 100%; }
.beside { display: flex; flex-wrap: wrap; gap: 1.5rem; align-items: flex-start; }
/* The darkest of the series' colours, brighter on black. */
@media (prefers-color-scheme: dark) { .chart svg [fill="#0072b2"] { fill: #3d9fdc; } .chart svg [stroke="#0072b2"] { stroke: #3d9fdc; } }
@media (max-width: 30rem) { body { margin: 1rem auto; } h1 { font-size: 1.4rem; } th, td { padding: .25rem .4rem; font-size: .9rem; } }
`;

/** One file that needs no other: light and dark as the reader's system is, readable on narrow screens. */
export function page(title: string, body: Html): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style>
          ${trusted(STYLE)}
        </style>
      </head>
      <body>
        <h1>${title}</h1>
        ${body}
      </body>
    </html> `;
}

/** A chart in a page, scrolled where it is wider than the page. */
export const chartBox = (svg: string): Html => html`<div class="chart wide">${trusted(svg)}</div>`;

/** A chart in a page, made smaller where it is wider than the page. */
export const fittedChart = (svg: string): Html => html`<div class="chart fit">${trusted(svg)}</div>`;

/** A table of texts; every column but the first in figures. */
export function textTable(head: readonly string[], rows: readonly (readonly (string | Html)[])[]): Html {
  return html`<div class="wide">
    <table class="numbers">
      <thead>
        <tr>
          ${head.map((text) => html`<th>${text}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (cells) =>
            html`<tr>
              ${cells.map((cell, i) => (i === 0 ? html`<th>${cell}</th>` : html`<td class="number">${cell}</td>`))}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** Names and what they are, in two columns. */
export function factTable(rows: readonly (readonly [string, string])[]): Html {
  return html`<div class="wide">
    <table>
      <tbody>
        ${rows.map(
          ([key, value]) =>
            html`<tr>
              <th>${key}</th>
              <td>${value}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
