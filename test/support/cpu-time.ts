/** How long it keeps a processor busy, in milliseconds: the same however many others want it, as time on a clock is not. */
export function cpuMs(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
