// TensorFlow.js's WASM backend and what it lacks for training, registered by this import; startBackend('wasm') does the same.
import { registerTrainingKernels } from './training-kernels/register.js';

registerTrainingKernels();
