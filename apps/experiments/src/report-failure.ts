import { CommanderError } from 'commander';

/** Errors that explain themselves: made for the user by one of our rooms. */
const EXPLAINED = new Set([
  'UserError',
  'FormatError',
  'FileError',
  'DatasetError',
  'StateDictError',
  'NonFiniteLossError',
  'MetricArgumentError',
  'PredictionError',
]);

/** Prints an error, without a stack where it explains itself, and returns the exit code. */
export function reportFailure(
  error: unknown,
  write: (text: string) => void = (text) => process.stderr.write(text),
): number {
  // Commander has printed its own message already; help and version end with 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 1;
  if (!(error instanceof Error)) write(`error: ${String(error)}\n`);
  else if (EXPLAINED.has(error.name)) write(`error: ${error.message}\n`);
  else write(`error: ${error.stack ?? error.message}\n`);
  return 1;
}
