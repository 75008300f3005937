/**
 * How many times as fast as TensorFlow.js on WASM each network is in onnxruntime-node 1.30 on the CPU. Wall time of one image of
 * 482 x 512 on two cores; of GMSR-Net, MSCNN and RepCPSI processor time at 128 x 128 on a busy machine. A network that is not here was not
 * measured. `npm run bench -- --only engines` measures all of them.
 */
export const speedOfOnnxruntime: Readonly<Record<string, number>> = {
  'gmsr-net': 0.17,
  'agd-net': 1.3,
  'mst-plus-plus': 1.9,
  hrnet: 4.1,
  mscnn: 3.6,
  hsrnet: 4.3,
  repcpsi: 2.5,
  edsr: 4.6,
};
