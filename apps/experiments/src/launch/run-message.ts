/** What a run tells on its standard error, one JSON object a line, with PRISMAMBA_PROGRESS=json. */
export type RunMessage =
  | {
      readonly event: 'progress';
      readonly label: string;
      readonly done: number;
      readonly total: number;
      readonly loss?: number;
    }
  | { readonly event: 'memory'; readonly bytes: number };

/** A line of a worker's standard error as a message; undefined where it is none. */
export function parseMessage(line: string): RunMessage | undefined {
  if (!line.startsWith('{"event":')) return undefined;
  try {
    return JSON.parse(line) as RunMessage;
  } catch {
    return undefined;
  }
}
