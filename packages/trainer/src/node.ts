export { latestCheckpoint, loadCheckpoint, saveCheckpoint } from './checkpoint/checkpoint-folder.js';
export { openRunLog, type RunLog } from './train/run-log.js';
export { EnviFileSink, type EnviSinkOptions } from './predict/envi-sink.js';
