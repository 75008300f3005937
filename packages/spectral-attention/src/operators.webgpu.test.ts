// The suites of the operators on the WebGPU backend (`npm run test:webgpu`): those with kernels of their own, and the composed forms of
// the others, with the limits of the WASM kernels.
import './cbam/cbam.test.js';
import './gradient-statistics/gradient-statistics.test.js';
import './haar-dwt/haar-dwt.test.js';
import './map-convolution/map-convolution.test.js';
import './spatial-gradient-attention/spatial-gradient-attention.test.js';
import './spectral-gradient-attention/spectral-gradient-attention.test.js';
import './spectral-msa/spectral-msa.test.js';
import './wavelets/wavelets.test.js';
