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
  if (graph.opset >= 27) {
    // Heads are K D, keys have N values and values one: S_t = exp(delta_t A) S_{t-1} + B_t (delta_t u_t)^T;  y_t = S_t^T C_t.
    const length = graph.sizes(u, 3, 4);
    const batch = graph.sizes(u, 0, 1);
    const last = (x: string) => graph.node('Transpose', [x], { perm: [0, 3, 1, 2] }); // [B, L, K, .]
    const packed = (x: string, width: number) =>
      graph.node('Reshape', [x, graph.node('Concat', [batch, length, graph.int64(width)], { axis: 0 })]);
    const column = (x: string) => graph.node('Unsqueeze', [last(x), graph.int64(4)]); // [B, L, K, D, 1]
    const keys = (x: string) => {
      const rows = graph.node('Unsqueeze', [last(x), graph.int64(3)]); // [B, L, K, 1, N]
      const size = graph.node('Concat', [batch, length, graph.int64(K, D, N)], { axis: 0 });
      return packed(graph.node('Expand', [rows, size]), K * D * N);
    };
    const ones = graph.node('Expand', [graph.float(1), graph.int64(K, D, N)]);
    const decay = packed(graph.node('Mul', [column(delta), graph.node('Mul', [A, ones])]), K * D * N);
    const value = packed(last(graph.node('Mul', [delta, u])), K * D);
    const y = graph.node('LinearAttention', [keys(C), keys(B), value, '', decay], {
      q_num_heads: K * D,
      kv_num_heads: K * D,
      update_rule: 'gated',
      scale: { float: 1 },
    });
    const size = graph.node('Concat', [batch, length, graph.int64(K, D)], { axis: 0 });
    return graph.node('Transpose', [graph.node('Reshape', [y, size])], { perm: [0, 2, 3, 1] });
  }
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
