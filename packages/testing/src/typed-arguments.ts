/**
 * Named values as the arguments that a test knows them to be: TensorFlow.js types a tensor by its rank, and a test that makes
 * tensors from shapes has ranks only at run time.
 */
export function typedArguments<Args extends object>(values: Readonly<Record<string, unknown>>): Args {
  return values as Args;
}
