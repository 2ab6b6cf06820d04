import { isbotMatch } from 'isbot';

/**
 * What in the user agent says that no person is behind it; `null` for nothing.
 * Only what presents itself as a browser is asked: a library that sends for a server is a client, and no bot.
 */
export function botReason(userAgent: string): string | null {
  return userAgent.startsWith('Mozilla/') ? isbotMatch(userAgent) : null;
}
