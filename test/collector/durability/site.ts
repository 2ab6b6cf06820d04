import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Every `ping` scores a point, so that the ledger counts how often each was folded. */
export const PING_SITE = {
  name: 'Durable',
  scoring: { rules: [{ id: 'ping', when: { touchpoint: 'ping' }, points: 1 }] },
};

/** @returns the path of a site file */
export function writePingSite(folder: string): string {
  const path = join(folder, 'site.json');
  writeFileSync(path, JSON.stringify(PING_SITE));
  return path;
}
