/**
 * Something that the user can put right (a wrong key, a missing folder): printed as it is, without a stack, with
 * exit code 1.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
}
