import measured from './measured-engines.json' with { type: 'json' };

/**
 * How many times as fast as TensorFlow.js on WASM each network is in onnxruntime-node on the CPU, and how that was measured. `npm run
 * bench -- --only engines` writes the file. A network that is not in it was not measured.
 */
export const speedOfOnnxruntime: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries(measured).map(([network, { times }]) => [network, times]),
);
