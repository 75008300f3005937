import { complexity, disposeModel, getModel } from '@prismamba/models';
import { publishedCosts, type PublishedCost } from './published-costs.js';

/** A printed row beside what our networks count. */
export interface CostComparison {
  readonly published: PublishedCost;
  /** Honest parameters: everything in the state. */
  readonly parameters: number;
  /** Parameters that the profiler of the papers sees. */
  readonly profilerParameters: number;
  /** Honest multiply-accumulates, scans and einsums included. */
  readonly macs: number;
  /** The published convention, in the unit of the column. */
  readonly convention: number;
  readonly sameParameters: boolean;
  readonly sameFlops: boolean;
}

/** A number of ours in the unit and with as many digits as the printed one. */
export function asPrinted(value: number, unit: number, printed: string): string {
  return (value / unit).toFixed(printed.split('.')[1]?.length ?? 0);
}

/** Counts every row of the papers' cost columns anew. */
export function reproduceComplexity(onRow: (row: PublishedCost) => void = () => undefined): CostComparison[] {
  return publishedCosts.map((published) => {
    onRow(published);
    const definition = getModel(published.model);
    const config = definition.config.parse(published.options);
    const model = definition.build(config, { seed: 0 });
    try {
      const { height, width } = published;
      const report = complexity(model, definition.stateDict(config), { height, width });
      const convention = report.published.macs * (published.unit === 'MACs' ? 1 : 2);
      const shown = published.parameterCount === 'honest' ? report.parameters : report.published.parameters;
      return {
        published,
        parameters: report.parameters,
        profilerParameters: report.published.parameters,
        macs: report.totalMacs,
        convention,
        sameParameters: asPrinted(shown, 1e6, published.parameters) === published.parameters,
        sameFlops: asPrinted(convention, 1e9, published.flops) === published.flops,
      };
    } finally {
      disposeModel(model);
    }
  });
}

const mark = (same: boolean) => (same ? 'same' : 'differs');

/** The comparison as a Markdown page. */
export function complexityPage(rows: readonly CostComparison[]): string {
  const lines = rows.map(({ published: p, ...ours }) => {
    const shown = p.parameterCount === 'honest' ? ours.parameters : ours.profilerParameters;
    const cells = [
      p.source,
      p.row,
      p.parameters,
      `${asPrinted(shown, 1e6, p.parameters)} (${mark(ours.sameParameters)})`,
      ours.parameters.toLocaleString('en-US'),
      p.flops,
      `${asPrinted(ours.convention, 1e9, p.flops)} (${mark(ours.sameFlops)})`,
      (ours.macs / 1e9).toFixed(3),
      `${p.unit} at ${p.height} x ${p.width}${p.parameterCount === 'profiler' ? "; parameters as the profiler's" : ''}${p.remark === undefined ? '' : `; ${p.remark}`}`,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return `# What the papers print about cost, counted anew

Written by \`prismamba reproduce complexity\`. "Printed" is the paper's number; everything else is counted from our networks,
layer by layer. The papers used a profiler that sees modules only: it leaves out einsums and selective scans, and
parameters that are no module's weight. The honest columns hold everything.

| paper and table | row | params printed (M) | same convention | honest params | FLOPs printed (G) | same convention | honest GMACs | how it was counted |
|---|---|---|---|---|---|---|---|---|
${lines.join('\n')}
`;
}
