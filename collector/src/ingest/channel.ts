/**
 * The channel a session came by: GA4's default channel group, in its order, with AI assistants.
 * https://support.google.com/analytics/answer/9756891
 */
import type { Campaign } from '@handrail/sdk/protocol';
import type { Source } from '../leads/touchpoint.ts';

const PAID_MEDIUM = /^(.*cp.*|ppc|retargeting|paid.*)$/;
const SEARCH = /(^|\.)(google|bing|duckduckgo|yahoo|baidu|yandex|ecosia|qwant|startpage|kagi|naver|seznam)\./;
const SOCIAL =
  /(^|\.)(facebook|instagram|linkedin|lnkd|pinterest|reddit|tiktok|twitter|x|t|threads|bsky|snapchat|tumblr|vk|quora|whatsapp|news\.ycombinator|mastodon)\.(com|co|in|net|app|social|it)$/;
const VIDEO = /(^|\.)(youtube|youtu|vimeo|twitch|dailymotion)\.(com|be|tv)$/;
const SHOPPING = /(^|\.)(amazon|ebay|etsy|walmart|shopping\.google|alibaba|aliexpress)\./;
const AI_ASSISTANT =
  /(^|\.)(chatgpt\.com|chat\.openai\.com|claude\.ai|perplexity\.ai|gemini\.google\.com|copilot\.microsoft\.com|chat\.deepseek\.com|chat\.mistral\.ai|meta\.ai|grok\.com)$/;

/**
 * What an ad platform's click id says, where the address says no more. Facebook adds its own to every link, paid for
 * or not. https://support.google.com/analytics/answer/11367152 (auto-tagging)
 */
const CLICK_SOURCES: ReadonlyMap<string, { source: string; medium: string }> = new Map([
  ['gclid', { source: 'google', medium: 'cpc' }],
  ['gbraid', { source: 'google', medium: 'cpc' }],
  ['wbraid', { source: 'google', medium: 'cpc' }],
  ['dclid', { source: 'google', medium: 'display' }],
  ['msclkid', { source: 'bing', medium: 'cpc' }],
  ['yclid', { source: 'yandex', medium: 'cpc' }],
  ['ttclid', { source: 'tiktok', medium: 'cpc' }],
  ['twclid', { source: 'twitter', medium: 'cpc' }],
  ['li_fat_id', { source: 'linkedin', medium: 'cpc' }],
  ['rdt_cid', { source: 'reddit', medium: 'cpc' }],
  ['epik', { source: 'pinterest', medium: 'cpc' }],
  ['sccid', { source: 'snapchat', medium: 'cpc' }],
  ['fbclid', { source: 'facebook', medium: 'social' }],
]);

export function sourceOf(
  utm: Campaign | undefined,
  clickIds: readonly string[],
  referrer: string | null,
  pageUrl: string | null,
): Source {
  const campaign = { ...clickSource(clickIds), ...utm };
  const from = hostOf(referrer);
  const isExternal = from !== null && from !== hostOf(pageUrl);
  const source = campaign.source?.toLowerCase() ?? (isExternal ? from : null);
  const medium = campaign.medium?.toLowerCase() ?? (isExternal ? 'referral' : null);
  const channel = channelOf(
    source,
    medium,
    campaign.name?.toLowerCase() ?? '',
    campaign.medium !== undefined,
  );
  return {
    channel,
    source,
    medium: medium === 'referral' && channel === 'organic_search' ? 'organic' : medium,
    campaign: campaign.name ?? null,
  };
}

function clickSource(clickIds: readonly string[]): Campaign | undefined {
  for (const id of clickIds) {
    const source = CLICK_SOURCES.get(id.toLowerCase());
    if (source) return source;
  }
  return undefined;
}

function channelOf(
  source: string | null,
  medium: string | null,
  campaign: string,
  isTagged: boolean,
): string {
  if (source === null && medium === null) return 'direct';
  // A bare name such as utm_source=google is matched as the site of that name.
  const site = source === null ? '' : source.includes('.') ? source : `${source}.com`;
  if (isTagged && medium !== null) {
    const isPaid = PAID_MEDIUM.test(medium);
    if (/cross-network/.test(campaign)) return 'cross_network';
    if (isPaid && (SHOPPING.test(site) || /shop/.test(campaign))) return 'paid_shopping';
    if (isPaid && SEARCH.test(site)) return 'paid_search';
    if (isPaid && SOCIAL.test(site)) return 'paid_social';
    if (isPaid && VIDEO.test(site)) return 'paid_video';
    if (/^(display|banner|expandable|interstitial|cpm)$/.test(medium)) return 'display';
    if (isPaid) return 'paid_other';
    if (/^(e[-_ ]?mail)$/.test(medium) || /^e[-_ ]?mail/.test(source ?? '')) return 'email';
    if (/^(affiliate|affiliates)$/.test(medium)) return 'affiliates';
    if (medium === 'audio') return 'audio';
    if (medium === 'sms' || source === 'sms') return 'sms';
    if (/(push|mobile|notification)$/.test(medium)) return 'mobile_push';
    if (/^(social|social-network|social-media|sm|social network|social media)$/.test(medium))
      return 'organic_social';
    if (/video/.test(medium)) return 'organic_video';
    if (medium === 'organic') return 'organic_search';
  }
  if (AI_ASSISTANT.test(site)) return 'ai_assistant';
  if (SHOPPING.test(site)) return 'organic_shopping';
  if (SOCIAL.test(site)) return 'organic_social';
  if (VIDEO.test(site)) return 'organic_video';
  if (SEARCH.test(site)) return 'organic_search';
  if (medium === 'referral' || medium === 'link' || medium === 'app') return 'referral';
  return 'unassigned';
}

function hostOf(url: string | null): string | null {
  if (!url || !URL.canParse(url)) return null;
  return new URL(url).hostname.replace(/^www\./, '') || null;
}
