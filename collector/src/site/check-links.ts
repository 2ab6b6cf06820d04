/** A mail that leads back to the site needs to know where the site is. */
import { fieldsOf } from '../follow-ups/channels/template.ts';
import { templateOf } from '../follow-ups/templates.ts';
import type { SiteProblem } from './check.ts';
import type { Site } from './schema.ts';
import { stepsIn } from './steps.ts';

export function checkLinks(site: Site): SiteProblem[] {
  if (site.origins.length > 0) return [];
  const lost = site.sequences
    .flatMap(({ steps }, index) => stepsIn(steps, `sequences[${index}].steps`))
    .find(({ step }) => 'send' in step && needsSiteUrl(step.send.template, site));
  const message = `missing: the mail of ${lost?.path} leads to the site, whose address is the first of these`;
  return lost ? [{ path: 'origins', message }] : [];
}

function needsSiteUrl(templateId: unknown, site: Site): boolean {
  const template = typeof templateId === 'string' ? templateOf(site, templateId) : undefined;
  const fields = template ? fieldsOf(template) : [];
  return fields.some((field) => field.valid && field.path === 'site.url' && field.fallback === undefined);
}
