import { batches } from './jobs/batches.js';
import { calibrate } from './jobs/calibrate.js';
import type { JobResult } from './jobs/job-result.js';
import { native } from './jobs/native.js';
import { network } from './jobs/network.js';
import { scan } from './jobs/scan.js';

// A child process of run-bench: one measurement, so that peak memory is its own. Prints one line of JSON.
const jobs: Record<string, (parameters: never) => Promise<JobResult>> = {
  batches,
  calibrate,
  native,
  network,
  scan,
};
const [name = '', parameters = '{}'] = process.argv.slice(2);
const job = jobs[name];
if (job === undefined) {
  process.stderr.write(`job: unknown job '${name}'; jobs are ${Object.keys(jobs).join(', ')}\n`);
  process.exit(1);
}
const result = await job(JSON.parse(parameters) as never);
process.stdout.write(
  `\n${JSON.stringify({ ...result, peakBytes: process.resourceUsage().maxRSS * 1024 })}\n`,
);
process.exit(0);
