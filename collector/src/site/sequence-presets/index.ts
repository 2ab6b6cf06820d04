/**
 * Sequences ready to switch on. A site's own keys beside `preset` go before those of the preset, and its own templates
 * before those that come with it.
 */
import type { MessageTemplate } from '../../follow-ups/channels/template.ts';
import { abandonedCart } from './abandoned-cart.ts';
import { afterPurchase } from './after-purchase.ts';
import { cancellation } from './cancellation.ts';
import { detractor } from './detractor.ts';
import type { SequencePreset } from './preset.ts';
import { pricingTwice } from './pricing-twice.ts';
import { promoter } from './promoter.ts';
import { renewal } from './renewal.ts';
import { trialOnboarding } from './trial-onboarding.ts';
import { webinar } from './webinar.ts';
import { welcome } from './welcome.ts';
import { winBack } from './win-back.ts';

export const SEQUENCE_PRESETS: readonly SequencePreset[] = [
  welcome,
  abandonedCart,
  trialOnboarding,
  pricingTwice,
  webinar,
  afterPurchase,
  winBack,
  renewal,
  detractor,
  promoter,
  cancellation,
];

export const SEQUENCE_PRESET_IDS: readonly string[] = SEQUENCE_PRESETS.map(({ id }) => id);

export const PRESET_TEMPLATES: { readonly [id: string]: MessageTemplate } = Object.fromEntries(
  SEQUENCE_PRESETS.flatMap(({ templates }) => Object.entries(templates)),
);
