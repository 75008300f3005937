export { layersModelFile } from './node/layers-model-file.js';
