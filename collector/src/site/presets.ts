/**
 * Journeys ready to use: `"preset": "saas-trial"` in a site file gives it these stages and flags. Names of touchpoints
 * are GA4's recommended ones where there are such: https://support.google.com/analytics/answer/9267735
 */
import type { Condition } from '@handrail/sdk/protocol';

export interface SitePreset {
  id: string;
  name: string;
  description: string;
  stages: { id: string; when?: Condition; back?: Condition }[];
  flags: { id: string; when: Condition }[];
}

export const PRESET_IDS = ['journey', 'acquisition', 'saas-trial'] as const;
export type PresetId = (typeof PRESET_IDS)[number];

const viewed = (path: string): Condition => ({ touchpoint: 'page_view', where: { path } });
const viewedTwice = (path: string): Condition => ({
  touchpoint: 'page_view',
  where: { path },
  count: { gte: 2 },
  within: '7d',
});
const didOne = (...names: string[]): Condition => ({ any: names.map((touchpoint) => ({ touchpoint })) });
/** Was active, and has not been for this long. */
const inactiveFor = (name: string, within: '14d' | '60d'): Condition => ({
  all: [{ touchpoint: name }, { not: { touchpoint: name, within } }],
});

export const PRESETS: Readonly<Record<PresetId, SitePreset>> = {
  journey: {
    id: 'journey',
    name: 'Customer journey',
    description: 'From the first look to the customer who recommends you; for shops, services and content.',
    stages: [
      { id: 'awareness' },
      {
        id: 'consideration',
        when: {
          any: [
            { touchpoint: 'view_item', count: { gte: 2 } },
            didOne('file_download', 'search', 'webinar_attended'),
            viewed('/compare*'),
          ],
        },
      },
      {
        id: 'decision',
        when: {
          any: [didOne('add_to_cart', 'begin_checkout', 'demo_booked', 'sign_up'), viewedTwice('/pricing*')],
        },
      },
      { id: 'purchase', when: { touchpoint: 'purchase' } },
      { id: 'retention', when: { touchpoint: 'purchase', count: { gte: 2 } } },
      {
        id: 'advocacy',
        when: { all: [{ touchpoint: 'purchase' }, didOne('share', 'review_written', 'referral_sent')] },
      },
    ],
    flags: [
      {
        id: 'new_evaluator',
        when: {
          all: [
            { session: { number: { lte: 3 } } },
            {
              any: [
                { touchpoint: 'view_item', within: '14d' },
                { touchpoint: 'page_view', where: { path: '/pricing*' }, within: '14d' },
                { touchpoint: 'sign_up', within: '14d' },
              ],
            },
            { not: { touchpoint: 'purchase' } },
          ],
        },
      },
      { id: 'activated', when: { touchpoint: 'purchase' } },
      {
        id: 'at_risk',
        when: { all: [{ touchpoint: 'purchase' }, inactiveFor('page_view', '60d')] },
      },
      { id: 'expansion_candidate', when: { touchpoint: 'purchase', count: { gte: 3 }, within: '13w' } },
    ],
  },
  acquisition: {
    id: 'acquisition',
    name: 'Acquisition to advocacy',
    description: 'For products with accounts: how people become users, and users stay.',
    stages: [
      { id: 'awareness' },
      { id: 'acquisition', when: didOne('generate_lead', 'sign_up'), back: { touchpoint: 'account_closed' } },
      { id: 'onboarding', when: didOne('tutorial_begin', 'login') },
      {
        id: 'engagement',
        when: {
          any: [
            { touchpoint: 'tutorial_complete' },
            { touchpoint: 'login', count: { gte: 5 }, within: '14d' },
          ],
        },
      },
      {
        id: 'retention',
        when: {
          any: [
            { touchpoint: 'login', count: { gte: 12 }, within: '13w' },
            { touchpoint: 'purchase', count: { gte: 2 } },
          ],
        },
      },
      { id: 'advocacy', when: didOne('share', 'review_written', 'referral_sent') },
    ],
    flags: [
      {
        id: 'new_evaluator',
        when: {
          all: [{ touchpoint: 'sign_up', within: '14d' }, { not: { touchpoint: 'tutorial_complete' } }],
        },
      },
      { id: 'activated', when: { touchpoint: 'tutorial_complete' } },
      { id: 'at_risk', when: inactiveFor('login', '14d') },
      {
        id: 'expansion_candidate',
        when: {
          any: [
            { touchpoint: 'teammate_invited' },
            { touchpoint: 'login', count: { gte: 20 }, within: '30d' },
          ],
        },
      },
    ],
  },
  'saas-trial': {
    id: 'saas-trial',
    name: 'SaaS trial',
    description: 'From visitor to trial, first value, subscription and expansion; a cancellation leads back.',
    stages: [
      { id: 'visitor', back: { touchpoint: 'trial_expired' } },
      {
        id: 'trial',
        when: didOne('sign_up', 'trial_started'),
        back: { touchpoint: 'subscription_cancelled' },
      },
      {
        id: 'activation',
        when: {
          any: [
            didOne('tutorial_complete', 'first_value'),
            { touchpoint: 'login', count: { gte: 3 }, within: '7d' },
          ],
        },
      },
      { id: 'decision', when: { any: [didOne('begin_checkout', 'demo_booked'), viewedTwice('/pricing*')] } },
      { id: 'customer', when: didOne('purchase', 'subscription_started') },
      { id: 'expansion', when: didOne('plan_upgraded', 'seats_added') },
    ],
    flags: [
      {
        id: 'new_evaluator',
        when: {
          all: [
            {
              any: [
                { touchpoint: 'sign_up', within: '14d' },
                { touchpoint: 'trial_started', within: '14d' },
              ],
            },
            { not: didOne('purchase', 'subscription_started') },
          ],
        },
      },
      { id: 'activated', when: didOne('tutorial_complete', 'first_value') },
      { id: 'at_risk', when: inactiveFor('login', '14d') },
      {
        id: 'expansion_candidate',
        when: {
          all: [
            didOne('purchase', 'subscription_started'),
            {
              any: [
                { touchpoint: 'teammate_invited', within: '30d' },
                { touchpoint: 'limit_reached', within: '30d' },
              ],
            },
          ],
        },
      },
    ],
  },
};

/** What a file with no stages of its own has: those of its preset, and its flags where it has none of its own either. */
export function withPreset(document: unknown): unknown {
  if (typeof document !== 'object' || document === null || 'stages' in document) return document;
  const name = 'preset' in document ? document.preset : 'journey';
  const id = PRESET_IDS.find((each) => each === name);
  return id === undefined ? document : { stages: PRESETS[id].stages, flags: PRESETS[id].flags, ...document };
}
