import type { OnnxNodes } from '@prismamba/core/layer';

/**
 * h_t = exp(delta_t A) h_{t-1} + delta_t u_t B_t;   y_t = C_t . h_t, one step of the scan for all pixels of one place in
 * their sequences.
 *
 * @param u and delta [B, K, D, L]; B and C [B, K, N, L]; A [K, D, N] or, one
 * number a channel, [K, D, 1].
 * @returns [B, K, D, L].
 */
export function selectiveScanNodes(
  graph: OnnxNodes,
  [u, delta, B, C, A]: readonly [string, string, string, string, string],
  [K, D, N]: readonly [number, number, number],
): string {
  const first = (x: string) => graph.node('Transpose', [x], { perm: [3, 0, 1, 2] }); // [L, B, K, .]
  const size = graph.node('Concat', [graph.sizes(u, 0, 1), graph.int64(K, D, N)], { axis: 0 });
  const zeros = graph.node('Expand', [graph.float(0), size]);
  const sequences = [delta, graph.node('Mul', [delta, u]), B, C].map((x) => ({ name: first(x), rank: 3 }));
  const [y] = graph.scan([{ name: zeros, rank: 4 }], sequences, ([h], elements) => {
    const [step, input, b, c] = elements as [string, string, string, string];
    const column = (x: string) => graph.node('Unsqueeze', [x, graph.int64(3)]); // [B, K, D, 1]
    const row = (x: string) => graph.node('Unsqueeze', [x, graph.int64(2)]); // [B, K, 1, N]
    const decay = graph.node('Exp', [graph.node('Mul', [column(step), A])]);
    const kept = graph.node('Mul', [decay, h!]);
    const next = graph.node('Add', [kept, graph.node('Mul', [column(input), row(b)])]);
    const output = graph.node('ReduceSum', [graph.node('Mul', [next, row(c)]), graph.int64(3)], {
      keepdims: 0,
    });
    return { states: [next], outputs: [{ name: output, rank: 3 }] };
  });
  return graph.node('Transpose', [y!], { perm: [1, 2, 3, 0] });
}
