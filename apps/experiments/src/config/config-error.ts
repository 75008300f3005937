import { UserError } from '../user-error.js';

/** One thing wrong in an experiment file: `file:line:column: path: message`. */
export class ConfigError extends UserError {
  constructor(
    readonly place: string,
    readonly path: readonly PropertyKey[],
    problem: string,
  ) {
    super(`${place}: ${path.length === 0 ? '' : `${path.map(String).join('.')}: `}${problem}`);
  }
}
