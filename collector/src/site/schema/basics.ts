/** What every part of the configuration is made of. */
import { parseDuration } from '@handrail/sdk/condition';
import type { DurationText } from '@handrail/sdk/protocol';
import { z } from 'zod';

export const duration = z
  .custom<DurationText>((text) => typeof text === 'string' && parseDuration(text) !== undefined, {
    error: 'expected a duration such as "90s", "30m", "1h" or "7d"',
  })
  .meta({ type: 'string', pattern: '^\\d+(\\.\\d+)?(ms|s|m|h|d|w)$', examples: ['90s', '30m', '1h', '7d'] });
export const id = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, {
  error: 'expected a short id of lower-case letters, digits and dashes, such as "pricing-exit"',
});
export const tagId = z.string().regex(/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,63}$/u, {
  error: 'expected letters, digits, spaces, dots or dashes, such as "pricing-interest"',
});
export const flagId = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,63}$/, { error: 'expected snake_case, such as "at_risk"' });
export const touchpointName = z.string().min(1).max(128);
export const text = (maxChars: number) => z.string().min(1).max(maxChars);

/** BCP 47, as far as languages, scripts and regions go. */
export const language = z.string().regex(/^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$/, {
  error: 'expected a language such as "de" or "pt-BR"',
});
