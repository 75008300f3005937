import { sharedState } from '../shared-state.js';

/** What is known of TensorFlow.js's own threads; `reason` where its operators run on one. */
export interface TensorflowThreads {
  readonly threads: number;
  readonly reason?: string;
}

const state = /* @__PURE__ */ sharedState('tensorflow-threads', (): { current: TensorflowThreads } => ({
  current: { threads: 1, reason: 'the WASM backend was not started by startBackend' },
}));

/** How many threads TensorFlow.js's own WASM operators (convolutions, products, element by element) use, and why not more. */
export function tensorflowThreads(): TensorflowThreads {
  return state.current;
}

/** Keeps what {@link tensorflowThreads} tells, and returns it. */
export function reportTensorflowThreads(threads: TensorflowThreads): TensorflowThreads {
  state.current = threads;
  return threads;
}
