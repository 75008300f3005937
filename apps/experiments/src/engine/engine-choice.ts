/** What computes a trained network: TensorFlow.js on the chosen backend, onnxruntime-node, or the faster of the two. */
export const engineChoices = ['tfjs', 'onnxruntime', 'auto'] as const;
export type EngineChoice = (typeof engineChoices)[number];

/** An engine, and what onnxruntime computes on. */
export interface EngineRequest {
  readonly engine?: EngineChoice | undefined;
  readonly provider?: string | undefined;
}
