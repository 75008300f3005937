// What the other packages of this workspace build on. Promises nothing to anyone else: it may change in any release.
export { losses } from './losses/losses.js';
export { type LossContext, type LossDefinition, type LossSettingKind } from './losses/define-loss.js';
export { weightsByName } from './model.js';
export { applyModel } from './train/apply-model.js';
export { lossAndGradients, type LossAndGradients } from './train/train-step.js';
export { describeAnomaly, findAnomaly, type Anomaly } from './train/find-anomaly.js';
export { writeWeights } from './checkpoint/checkpoint.js';
export { formatProfile, profile, type Profile, type ProfileRow } from './profile/profile.js';
export { padToMultiple } from './predict/pad-to-multiple.js';
export { tileBlends } from './predict/tile-axis.js';
export { predictionProtocolNames } from './predict/predict-image.js';
export { NO_DECAY } from './optimizer/parameter-groups.js';
export { selfEnsembleSpread } from './predict/self-ensemble.js';
