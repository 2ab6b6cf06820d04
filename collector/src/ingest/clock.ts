/**
 * Corrects the sender's clock as Segment does: what counts is how long before sending it happened.
 * https://segment.com/docs/connections/spec/common/#timestamps
 *
 * @returns milliseconds UTC, never later than `receivedAt`.
 */
export function correctedTime(timestamp: number | null, sentAt: number | null, receivedAt: number): number {
  if (timestamp === null) return receivedAt;
  const corrected = sentAt === null ? timestamp : receivedAt - (sentAt - timestamp);
  return Math.min(Math.max(corrected, 0), receivedAt);
}
