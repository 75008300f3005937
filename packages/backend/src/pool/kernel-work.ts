import type { FunctionName, KernelArguments, KernelModule } from '../arena/kernel-module.js';

/** Calls of one kernel function that do not depend on each other: in any order, on any thread. */
export interface KernelWork<
  M extends KernelModule,
  F extends FunctionName<M>,
  Varying extends keyof ArgumentsOf<M, F>,
> {
  readonly module: M;
  readonly name: F;
  /** The arguments that each call has for itself; every item has the same names. */
  readonly items: readonly Pick<ArgumentsOf<M, F>, Varying>[];
  /** All other arguments, on thread `thread` (0 is the calling one), for instance with scratch of its own. */
  readonly args: (thread: number) => Omit<ArgumentsOf<M, F>, Varying>;
}

export type ArgumentsOf<M extends KernelModule, F extends FunctionName<M>> = KernelArguments<
  M['functions'][F]
>;

/** The same with arguments by position, as threads get them. */
export interface PositionalWork {
  readonly module: KernelModule;
  readonly name: string;
  readonly args: (thread: number) => readonly number[];
  /** Which of the arguments each item replaces. */
  readonly varying: readonly number[];
  /** The values of the varying arguments of each call. */
  readonly items: readonly (readonly number[])[];
}

/** Most arguments of a kernel function. */
export const MOST_ARGUMENTS = 40;
/** Most varying values that are handed over at once; longer work is done in several turns. */
export const MOST_ITEM_VALUES = 4096;
