/** The mails that a site can send: its own templates, and those that come with Handrail. Pure. */
import type { Site } from '../site/schema.ts';
import { PRESET_TEMPLATES } from '../site/sequence-presets/index.ts';
import type { MessageTemplate } from './channels/template.ts';
import { TRANSACTIONAL_TEMPLATES } from './transactional.ts';

/** A site's own goes before the one of that id which comes with Handrail. */
export function templateOf({ templates }: Site, id: string): MessageTemplate | undefined {
  for (const known of [templates, TRANSACTIONAL_TEMPLATES, PRESET_TEMPLATES]) {
    if (Object.hasOwn(known, id)) return known[id];
  }
  return undefined;
}

/** Of those that a step may name. */
export const templateIds = ({ templates }: Site): string[] => [
  ...Object.keys(templates),
  ...Object.keys(PRESET_TEMPLATES),
];
