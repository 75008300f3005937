/** Exit codes of every command; 128 + the number of a signal is what shells expect of a command that it ended. */
export const EXIT = { failure: 1, usage: 2, SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Something that the user can put right (a wrong key, a missing folder): printed as it is, without a stack, with
 * exit code 1 unless another is given.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  constructor(
    message: string,
    readonly exitCode: number = EXIT.failure,
  ) {
    super(message);
  }
}

/** The command line itself is wrong: an argument or the value of an option. Exit code 2. */
export const usageError = (message: string) => new UserError(message, EXIT.usage);
