/** What is captured by itself, each of which can be switched off. */
export const CAPTURE_NAMES = [
  'page-views',
  'engagement',
  'clicks',
  'rage-clicks',
  'dead-clicks',
  'forms',
  'commerce',
  'vitals',
  'failures',
] as const;

export type CaptureName = (typeof CAPTURE_NAMES)[number];
