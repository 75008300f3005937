/** What this page may hold where the browser does not say how much memory the machine has. */
const UNKNOWN_MACHINE = 4 * 2 ** 30;
/** The rest of the machine, and of the browser, needs its share. */
const SHARE = 0.6;

/** Bytes that this page may take for one thing. Browsers say at most 8 GiB (some say nothing at all). */
export function budget(): number {
  const { deviceMemory } = (globalThis as { navigator?: { readonly deviceMemory?: number } }).navigator ?? {};
  return SHARE * (deviceMemory === undefined ? UNKNOWN_MACHINE : deviceMemory * 2 ** 30);
}

/** Bytes as people write them: `1.5 GB`, `20 MB`. */
export function bytesText(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  return `${Math.max(1, Math.round(bytes / 1e6))} MB`;
}

/**
 * Asked before memory is taken: a tab that runs out of it is ended by the browser, without a word.
 *
 * @throws Error with what is wanted, what there is, and what to do
 */
export function checkMemory(what: string, bytes: number, remedy: string): void {
  const most = budget();
  if (bytes <= most) return;
  throw new Error(
    `Too little memory: ${what} takes ${bytesText(bytes)}, and this page may take ${bytesText(most)} on this machine. ${remedy}`,
  );
}
