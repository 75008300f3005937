export {
  listPretrained,
  loadPretrained,
  pretrainedCard,
  pretrainedFile,
  type Pretrained,
  type PretrainedSource,
  type WeightsFiles,
} from './pretrained.js';
export { intervalScale } from './interval-scale.js';
export { type PretrainedCard, type PretrainedLimits, type Scores } from './card.js';
