/** What can be known to be wrong with a template before anything is sent by it. Pure. */
import { fieldsOf, type MessageTemplate } from './template.ts';

/** Of a lead, by the names its view has; of the site; of the mail. Traits go by their own names, but need a fallback. */
const KNOWN_FIELDS = [
  'id',
  'userId',
  'email',
  'name',
  'traits',
  'group',
  'score',
  'temperature',
  'coolsAt',
  'fit',
  'stage',
  'stageReason',
  'flags',
  'tags',
  'segments',
  'source',
  'consent',
  'cart',
  'firstSeenAt',
  'lastSeenAt',
  'identifiedAt',
  'touchpointCount',
  'sessionCount',
  'site',
  'confirmUrl',
];

export function templateProblems(template: MessageTemplate): string[] {
  return fieldsOf(template).flatMap((field) => {
    if (!field.valid) return [field.message];
    const { path, fallback } = field;
    if (fallback !== undefined || KNOWN_FIELDS.includes(path.split('.', 1)[0] ?? '')) return [];
    return [
      `{{${path}}}: no lead has such a field of itself. Where it is a trait, say what to write for those without it: {{${path}|…}}`,
    ];
  });
}
