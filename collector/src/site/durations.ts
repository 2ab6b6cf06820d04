import { parseDuration } from '@handrail/sdk/condition';

/** The site's schema has checked every duration, so that none is invalid here. */
export const durationMs = (text: string): number => parseDuration(text) ?? Number.NaN;
