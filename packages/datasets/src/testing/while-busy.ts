/**
 * Whether an answer was made while the calling thread was busy and ran no callback: then it waits afterwards, made by another thread.
 * Tried for longer where the machine is loaded; on one thread no waiting helps.
 */
export async function answersWhileBusy(ask: () => Promise<unknown>): Promise<boolean> {
  const idle = new Int32Array(new SharedArrayBuffer(4));
  for (const milliseconds of [300, 1500, 10_000]) {
    const pending = ask().then(() => true);
    Atomics.wait(idle, 0, 0, milliseconds);
    const soon = new Promise<boolean>((resolve) => setTimeout(() => setImmediate(() => resolve(false)), 0));
    const first = await Promise.race([pending, soon]);
    await pending;
    if (first) return true;
  }
  return false;
}
