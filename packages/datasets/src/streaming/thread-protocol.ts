/** Main thread to worker. */
export interface ThreadRequest<Question> {
  readonly number: number;
  readonly question: Question;
}

/** Worker to main thread: once `ready` or `refused`, then an answer to each request, in their order. */
export type ThreadReply<Facts, Result> =
  | { readonly kind: 'ready'; readonly facts: Facts }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'done'; readonly number: number; readonly result: Result }
  | { readonly kind: 'failed'; readonly number: number; readonly message: string };
