/**
 * Whether a click or an open was a person's. Mail gateways follow every link before the reader sees the mail, and some
 * programs fetch every image. What is flagged is recorded with its reason, and scores and starts nothing. Pure.
 */
import { isbotMatch } from 'isbot';

/** Nobody reads a mail this soon after it was handed over; gateways check it on its way in. */
export const SCAN_WINDOW_MS = 10_000;

/**
 * `null` for a person. Else the first that fits: `head_request` (no browser shows a page by HEAD), `no_user_agent`,
 * what in the user agent names a bot, or `too_soon` after the mail left.
 */
export function scannerReason(
  { method, userAgent, sentAt }: { method: string; userAgent: string; sentAt: number | null },
  now: number,
): string | null {
  if (method === 'HEAD') return 'head_request';
  if (userAgent === '') return 'no_user_agent';
  const bot = isbotMatch(userAgent);
  if (bot !== null) return bot;
  return sentAt !== null && now - sentAt < SCAN_WINDOW_MS ? 'too_soon' : null;
}
