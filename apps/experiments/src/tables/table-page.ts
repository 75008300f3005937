import { html, type Html } from '../report/html.js';
import { chartBox, factTable, fittedChart, page, textTable } from '../report/page.js';
import { LEVEL, smallestPValue } from '../report/significance.js';
import type { GroupComparison } from './table-figures.js';
import type { TableResult } from './table-result.js';
import { remarksOf, textTables } from './table-text.js';

export interface TableCharts {
  /** By metric name. */
  readonly ablations: ReadonlyMap<string, string>;
  readonly bubbles: string | undefined;
  readonly printed: string | undefined;
  readonly curves: string | undefined;
  readonly comparisons: readonly (GroupComparison & { readonly chart: string })[];
}

const PROFILES = {
  full: 'the protocol of the paper on the full data set',
  mini: 'real scenes at a small scale, a short training',
  smoke:
    'synthetic scenes and a few steps: shows that the table can be made, says nothing about the networks',
} as const;

/** The page of a table: picture, conclusion, numbers, then what one needs to judge them. */
export function tablePage(result: TableResult, charts: TableCharts): Html {
  const { about, profile, complete, conclusion, metrics, data } = result;
  const [main] = metrics;
  const first = charts.ablations.get(main!.name);
  const others = metrics.slice(1).filter(({ name }) => charts.ablations.has(name));
  const missing = result.rows.reduce((sum, row) => sum + row.missing.length, 0);
  return page(
    result.title,
    html`
      ${complete ? '' : html`<p class="banner">Not complete: ${missing} runs are missing; which, and why, stands below the table.</p>`}
      ${data.some(({ synthetic }) => synthetic) ? html`<p class="banner">Synthetic scenes: images made by a program, none of them a photograph. These scores stand beside no published number.</p>` : ''}
      ${first === undefined ? html`<p>No run of this table is finished.</p>` : fittedChart(first)}
      ${first === undefined ? '' : html`<p><small>Dots: runs. Line and bar: mean and standard deviation over the seeds (no bar for one seed).</small></p>`}
      <p>${about} Profile <b>${profile}</b>: ${PROFILES[profile]}.</p>
      ${
        conclusion === undefined
          ? ''
          : html`<h2>What it says</h2>
              <p>${conclusion}</p>`
      }
      <h2>The table</h2>
      ${textTables(result).map(({ group, head, rows }) => html`${group === undefined ? '' : html`<h3>${group}</h3>`}${textTable(head, rows)}`)}
      <h3>What must be read with it</h3>
      <ul>
        ${remarksOf(result).map((text) => html`<li>${text}</li>`)}
      </ul>
      ${comparisonSections(charts.comparisons, main!)}
      ${
        charts.bubbles === undefined
          ? ''
          : html`<h2>Score against cost</h2>
              ${chartBox(charts.bubbles)}`
      }
      ${
        charts.printed === undefined
          ? ''
          : html`<h3>The same from the numbers in print</h3>
              ${chartBox(charts.printed)}`
      }
      ${
        charts.curves === undefined
          ? ''
          : html`<h2>Training</h2>
              ${chartBox(charts.curves)}`
      }
      ${others.length === 0 ? '' : html`<h2>The other metrics</h2>`}
      <div class="columns">${others.map(({ name }) => fittedChart(charts.ablations.get(name)!))}</div>
      <h2>How it was made</h2>
      ${factTable(madeOf(result))}
      <h3>Runs</h3>
      ${runTable(result)}
    `,
  );
}

const digitsOf = (value: number | undefined, digits: number) =>
  value === undefined ? '-' : value.toFixed(digits);
export const pText = (value: number | undefined) => (value === undefined ? '-' : value.toPrecision(2));

function comparisonSections(
  comparisons: TableCharts['comparisons'],
  metric: TableResult['metrics'][number],
): Html {
  if (comparisons.length === 0) return html``;
  return html`<h2>Scene by scene</h2>
    ${comparisons.map(
      ({ group, reference, scenes, rows, chart }) => html`
        ${group === undefined ? '' : html`<h3>${group}</h3>`}
        <p>
          ${metric.label} of each of ${scenes} test scenes (mean over the seeds), minus that of ${reference},
          which has the best mean. p: Wilcoxon's signed-rank test over the scenes, two-sided, corrected for
          ${rows.length} comparisons (Holm). Effect: rank-biserial correlation, 1 or -1 where every scene
          agrees.${smallestPValue(scenes, rows.length) < LEVEL ? '' : ` ${scenes} scenes cannot give p < ${LEVEL} for that many comparisons, whatever the differences.`}
        </p>
        ${chartBox(chart)}
        ${textTable(
          ['row', 'median difference', 'p', 'p, corrected', 'effect'],
          rows.map(({ label, medianDifference, pValue, adjusted, effect }) => [
            label,
            digitsOf(medianDifference, metric.digits),
            pText(pValue),
            pText(adjusted),
            digitsOf(effect, 2),
          ]),
        )}
      `,
    )}`;
}

function madeOf(result: TableResult): (readonly [string, string])[] {
  const { command, commit, seeds, data, protocol, complexityAt, paper } = result;
  return [
    ['command', command],
    ['commit', commit ?? 'not run from a checkout'],
    ...(paper === undefined ? [] : [['paper', `${paper.title}, ${paper.table}`] as const]),
    ['seeds', seeds.join(', ')],
    ...data.map(({ group, description, rgb, split, checksum }) => {
      const sizes = `${split.train.length} training, ${split.validation.length} validation, ${split.test.length} test scenes (${split.test.join(', ')})`;
      return [
        group === undefined ? 'data' : `data, ${group}`,
        `${description}; RGB ${rgb}; split ${split.name}: ${sizes}${checksum === null ? '' : `; checksum ${checksum}`}`,
      ] as const;
    }),
    ['prediction', protocol.prediction],
    ...protocol.metrics.map(
      ({ name, title, notes }) => [`protocol ${name}`, [title, ...notes].join('. ')] as const,
    ),
    ['operations', `honest multiply-accumulates at ${complexityAt.height} x ${complexityAt.width}`],
  ];
}

function runTable(result: TableResult): Html {
  return textTable(
    ['row', 'experiment', 'seed', 'steps', 'time', 'weights', 'commit', 'config and data'],
    result.rows.flatMap((row) =>
      row.runs.map(({ seed, steps, seconds, weights, commit, identity }) => [
        row.label,
        [row.experiment, ...row.settings].join(' '),
        String(seed),
        String(steps),
        `${seconds.toFixed(0)} s`,
        weights,
        commit?.slice(0, 12) ?? '-',
        identity.slice(0, 12),
      ]),
    ),
  );
}
