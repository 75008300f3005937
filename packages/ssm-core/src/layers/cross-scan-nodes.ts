import type { OnnxNodes } from '@prismamba/core/layer';

/** The numbers of the directions that K stands for, as in `cross-scan/scan-directions.ts`. */
const directionsOf = (K: number): readonly number[] => (K === 2 ? [0, 2] : [0, 1, 2, 3].slice(0, K));

const swapped = (graph: OnnxNodes, x: string) => graph.node('Transpose', [x], { perm: [0, 1, 3, 2] });

/** The last axis backwards. */
const reversed = (graph: OnnxNodes, x: string, axis: number) =>
  graph.node('Slice', [x, graph.int64(-1), graph.int64(-(2 ** 31)), graph.int64(axis), graph.int64(-1)]);

/** A map [B, C, H, W] as K sequences, [B, K, C, L]: row-major, column-major, and both reversed. */
export function crossScanNodes(graph: OnnxNodes, x: string, K: number): string {
  const flat = (map: string) => graph.node('Reshape', [map, graph.int64(0, 0, -1)]); // [B, C, L]
  const sequences = directionsOf(K).map((k) => {
    const read = flat(k % 2 === 0 ? x : swapped(graph, x));
    return graph.node('Unsqueeze', [k >= 2 ? reversed(graph, read, 2) : read, graph.int64(1)]);
  });
  return graph.node('Concat', sequences, { axis: 1 });
}

/** The transpose of {@link crossScanNodes}: K sequences [B, K, C, L] back into maps, and summed; `like` is a map of that size. */
export function crossMergeNodes(graph: OnnxNodes, y: string, K: number, like: string): string {
  const directions = directionsOf(K);
  const parts =
    K === 1
      ? [y]
      : graph.split(
          y,
          1,
          directions.map(() => 1),
        );
  const maps = directions.map((k, i) => {
    const forward = k >= 2 ? reversed(graph, parts[i]!, 3) : parts[i]!;
    if (k % 2 === 0) return graph.node('Reshape', [forward, graph.node('Shape', [like])]);
    return swapped(graph, graph.node('Reshape', [forward, graph.node('Shape', [swapped(graph, like)])]));
  });
  return maps.reduce((sum, map) => graph.node('Add', [sum, map]));
}
