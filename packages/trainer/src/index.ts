export { type Model, type ModelLayer, type ModelWeight } from './model.js';
export { type Loss } from './losses/loss.js';
export { l1Loss } from './losses/l1-loss.js';
export { mseLoss } from './losses/mse-loss.js';
export { mraeLoss, type MraeLossOptions } from './losses/mrae-loss.js';
export { charbonnierLoss, type CharbonnierLossOptions } from './losses/charbonnier-loss.js';
export { samLoss, type SamLossOptions } from './losses/sam-loss.js';
export { weightedLoss, type LossTerm, type WeightedLoss } from './losses/weighted-loss.js';
export {
  agdDegradationLoss,
  agdRankLoss,
  type AgdDegradationLossOptions,
  type AgdRankLossOptions,
} from './losses/agd-rank-loss.js';
export { type Schedule } from './schedules/schedule.js';
export { constantSchedule } from './schedules/constant-schedule.js';
export { polynomialSchedule, type PolynomialScheduleOptions } from './schedules/polynomial-schedule.js';
export { cosineSchedule, type CosineScheduleOptions } from './schedules/cosine-schedule.js';
export {
  cosineRestartsSchedule,
  type CosineRestartsScheduleOptions,
} from './schedules/cosine-restarts-schedule.js';
export { oneCycleSchedule, type OneCycleScheduleOptions } from './schedules/one-cycle-schedule.js';
export { withWarmUp, type WarmUpOptions } from './schedules/warm-up.js';
export { type Optimizer, type OptimizerState } from './optimizer/optimizer.js';
export { Adam, ADAM_BETAS, AdamW, type AdamOptions } from './optimizer/adam.js';
export { Sgd, type SgdOptions } from './optimizer/sgd.js';
export { type ParameterGroup } from './optimizer/parameter-groups.js';
export { WeightAverage, type WeightAverageOptions } from './average/weight-average.js';
export { clipGradients } from './optimizer/clip-gradients.js';
export { type Batch, type BatchSource, type PatchPlace } from './batches/batch-source.js';
export { trainStep, type TrainStepOptions, type TrainStepResult } from './train/train-step.js';
export { train, type StepRecord, type TrainOptions, type TrainResult } from './train/train.js';
export { type ValidationOptions, type ValidationRecord } from './train/validation.js';
export { DivergedError, NonFiniteLossError, type TrainingFailure } from './train/training-errors.js';
export {
  captureCheckpoint,
  decodeCheckpoint,
  encodeCheckpoint,
  restoreCheckpoint,
  type AverageState,
  type Checkpoint,
  type ValidationState,
} from './checkpoint/checkpoint.js';
export { pixelBatches, type PixelBatch } from './batches/pixel-batches.js';
export {
  evaluateScenes,
  type EvaluateScenesOptions,
  type Evaluation,
  type SceneScores,
} from './evaluate/evaluate-scenes.js';
export { MemorySink, type CubeShape, type CubeSink, type PredictedCube } from './predict/cube-sink.js';
export {
  predictImage,
  predictInto,
  type PredictionProtocol,
  type PredictOptions,
} from './predict/predict-image.js';
export { type PredictionProgress } from './predict/prediction-job.js';
export {
  PredictionError,
  type AnyPredictor,
  type ArrayPredictor,
  type NetworkAnswer,
  type Predictor,
  type RgbImage,
} from './predict/predictor.js';
export { selfEnsemble } from './predict/self-ensemble.js';
export { type TileBlend } from './predict/tile-axis.js';
