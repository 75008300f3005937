/**
 * How many times as fast as TensorFlow.js on WASM each network is in onnxruntime-node on the CPU, wall time of one image of 482 x 512 on two
 * cores; onnxruntime 1.30. GMSR-Net: its scans alone, without the rest of the network. A network that is not here was not measured.
 */
export const speedOfOnnxruntime: Readonly<Record<string, number>> = {
  'gmsr-net': 0.16,
  'agd-net': 1.3,
  'mst-plus-plus': 1.9,
  hrnet: 4.1,
  hsrnet: 4.3,
  edsr: 4.6,
};
