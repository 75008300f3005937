import { CommanderError } from 'commander';
import { EXIT, UserError } from './user-error.js';

/** Mistakes in our own code, not in what the user gave: these need their stack. */
const isOurMistake = (error: Error): boolean =>
  error instanceof TypeError || error instanceof ReferenceError || error instanceof SyntaxError;

export interface FailureOutput {
  readonly write: (text: string) => void;
  /** Show the stack of every error (the environment variable PRISMAMBA_DEBUG). */
  readonly debug: boolean;
}

/** Prints an error, without a stack where the message is meant for the user, and returns the exit code. */
export function reportFailure(error: unknown, { write, debug }: FailureOutput): number {
  // Commander has printed its own message already; help and version end with 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage;
  if (!(error instanceof Error)) write(`error: ${String(error)}\n`);
  else if (debug) write(`error: ${error.stack ?? error.message}\n`);
  else if (isOurMistake(error)) {
    write(
      `error: ${error.stack ?? error.message}\nThis is a mistake in Prismamba; please report it with the lines above.\n`,
    );
  } else write(`error: ${error.message}\n`);
  return error instanceof UserError ? error.exitCode : EXIT.failure;
}
