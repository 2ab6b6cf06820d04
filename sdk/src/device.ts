import type { Device } from './protocol.ts';

/** Android's own border between the two (`sw600dp`), in CSS pixels of the screen's shorter side. */
const MIN_TABLET_PX = 600;

/** By how it is pointed at and how large its screen is; a name would have to be guessed from the user agent. */
export function currentDevice(): Device {
  if (!matchMedia('(pointer: coarse)').matches) return 'desktop';
  return Math.min(screen.width, screen.height) < MIN_TABLET_PX ? 'phone' : 'tablet';
}
