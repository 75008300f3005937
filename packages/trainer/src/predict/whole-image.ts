import { clipInPlace, type PredictionJob } from './prediction-job.js';

/** One call on the whole image: what most papers do. Memory is the network's own for that size. */
export async function predictWhole(job: PredictionJob): Promise<void> {
  const { height, width } = job.image;
  job.expect(1);
  const { data, bands } = await job.infer({ row: 0, column: 0, height, width });
  clipInPlace(data, job.clip);
  await job.sink.begin({ height, width, bands });
  await job.sink.writeRows(0, height, data);
}
