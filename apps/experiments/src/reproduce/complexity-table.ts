import { complexity, disposeModel, getModel, type ComplexityReport } from '@prismamba/models';
import { publishedComplexity, type PublishedRow } from './published-complexity.js';

/** One row of the reproduced table; all numbers are ours but `paper`. */
export interface ComplexityTableRow {
  readonly published: PublishedRow;
  readonly report: ComplexityReport;
  readonly parameters: Comparison;
  readonly flops: Comparison;
}

export interface Comparison {
  readonly paper: string;
  /** Ours in the paper's unit and convention, with as many digits. */
  readonly ours: string;
  /** Whether the printed digits agree. */
  readonly same: boolean;
  /** Ours minus the paper's. */
  readonly difference: number;
}

/** Ours rounded to the digits in which the paper prints. */
export function compare(paper: string, ours: number): Comparison {
  const digits = paper.includes('.') ? paper.length - paper.indexOf('.') - 1 : 0;
  const text = ours.toFixed(digits);
  return { paper, ours: text, same: text === paper, difference: ours - Number(paper) };
}

/** Counts every network of the published rows. Needs a started backend (models are built, not run). */
export function complexityTable(
  onRow: (done: number, total: number) => void = () => undefined,
): ComplexityTableRow[] {
  return publishedComplexity.map((published, i) => {
    const definition = getModel(published.model);
    const config = definition.config.parse(published.config);
    const model = definition.build(config, { seed: 0 });
    try {
      const report = complexity(model, definition.stateDict(config), published);
      const parameters =
        published.parameterCount === 'honest' ? report.parameters : report.published.parameters;
      onRow(i + 1, publishedComplexity.length);
      return {
        published,
        report,
        parameters: compare(published.parametersM, parameters / 1e6),
        flops: compare(published.gflops, (published.flopsPerMac * report.published.macs) / 1e9),
      };
    } finally {
      disposeModel(model);
    }
  });
}
