export {
  latestCheckpoint,
  loadCheckpoint,
  saveCheckpoint,
  type LoadCheckpointOptions,
} from './checkpoint/checkpoint-folder.js';
export { listBest, saveBest, type BestEntry } from './checkpoint/best-checkpoints.js';
export { FolderLockedError, lockFolder } from './train/folder-lock.js';
export { openRunLog, rewindRunLog, type RunLog } from './train/run-log.js';
export { EnviFileSink, type EnviSinkOptions } from './predict/envi-sink.js';
export {
  openTensorboard,
  type LoggedImage,
  type TensorboardLog,
  type TensorboardOptions,
} from './logging/tensorboard.js';
export { MlflowError, openMlflow, type MlflowOptions, type MlflowRun } from './logging/mlflow.js';
