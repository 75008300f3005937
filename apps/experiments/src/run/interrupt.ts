/** A signal that aborts at the first Ctrl-C (or SIGTERM); the second one ends the process at once. */
export function onInterrupt(say: (text: string) => void): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const handle = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
    say('\ninterrupted: finishing what is in work and keeping a checkpoint (once more to stop at once)\n');
  };
  process.on('SIGINT', handle);
  process.on('SIGTERM', handle);
  return {
    signal: controller.signal,
    stop() {
      process.off('SIGINT', handle);
      process.off('SIGTERM', handle);
    },
  };
}
