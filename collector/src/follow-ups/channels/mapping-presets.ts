/**
 * What each receiver documents, as templates. Only fields that every account has: an unknown property makes HubSpot
 * refuse the whole request, so that a site names its own in `fields`.
 */
import { valueAt } from '@handrail/sdk/condition';
import type { JsonObject, JsonValue } from '@handrail/sdk/protocol';

export const MAPPING_NAMES = ['json', 'hubspot', 'zoho-crm', 'slack'] as const;
export type MappingPreset = (typeof MAPPING_NAMES)[number];

interface Preset {
  body(fields: JsonObject): JsonObject;
  /** Without these there is nothing to send. */
  needs: string[];
  /** What the receiver would read as markup. [escapeValue=none: JSON escapes by itself] */
  escapeValue?: (text: string) => string;
  /** Some answer 200 and say in the body that they took nothing. [refusalIn=none] */
  refusalIn?: (reply: unknown) => string | null;
}

export const MAPPING_PRESETS: Record<MappingPreset, Preset> = {
  /** Flat, for what reads one level of JSON, as most automation tools do. */
  json: {
    needs: [],
    body: (fields) => ({
      event: '{{type}}',
      timestamp: '{{timestamp}}',
      leadId: '{{lead.id}}',
      userId: '{{lead.userId}}',
      email: '{{lead.email}}',
      name: '{{lead.name}}',
      score: '{{lead.score}}',
      temperature: '{{lead.temperature}}',
      stage: '{{lead.stage}}',
      fit: '{{lead.fit}}',
      channel: '{{lead.source.first.channel}}',
      ...fields,
    }),
  },
  /** `POST https://api.hubapi.com/crm/v3/objects/contacts/batch/upsert`, `Authorization: Bearer …` */
  hubspot: {
    needs: ['lead.email'],
    body: (fields) => ({
      inputs: [
        {
          idProperty: 'email',
          id: '{{lead.email}}',
          properties: {
            email: '{{lead.email}}',
            firstname: '{{person.firstName}}',
            lastname: '{{person.lastName}}',
            company: '{{lead.traits.company}}',
            phone: '{{lead.traits.phone}}',
            ...fields,
          },
        },
      ],
    }),
    refusalIn: (reply) => (count(valueAt(reply, 'numErrors')) > 0 ? textOf(valueAt(reply, 'errors')) : null),
  },
  /** `POST https://www.zohoapis.com/crm/v8/Leads/upsert`, `Authorization: Zoho-oauthtoken …` */
  'zoho-crm': {
    needs: ['lead.email'],
    body: (fields) => ({
      data: [
        {
          Email: '{{lead.email}}',
          First_Name: '{{person.firstName}}',
          // Zoho takes no lead without one.
          Last_Name: '{{person.lastName|Unknown}}',
          Company: '{{lead.traits.company}}',
          Phone: '{{lead.traits.phone}}',
          Lead_Source: '{{lead.source.first.channel}}',
          Description: '{{type}}: score {{lead.score}}, {{lead.temperature}}, {{lead.stage}}',
          ...fields,
        },
      ],
      duplicate_check_fields: ['Email'],
    }),
    refusalIn: (reply) =>
      valueAt(reply, 'data.0.status') === 'error' ? textOf(valueAt(reply, 'data.0')) : null,
  },
  /** An incoming webhook's own address: `https://hooks.slack.com/services/…` */
  slack: {
    needs: [],
    body: (fields) => ({
      text: '{{type}}: {{lead.name|somebody new}} ({{lead.email|no e-mail yet}}), score {{lead.score|unknown}}, {{lead.temperature|}} {{lead.stage|}}',
      ...fields,
    }),
    // https://docs.slack.dev/messaging/formatting-message-text#escaping
    escapeValue: (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;'),
  },
};

const count = (value: unknown): number => (typeof value === 'number' ? value : 0);
const textOf = (value: unknown): string => JSON.stringify(value as JsonValue) ?? 'no reason given';
