import type { ScenarioTouchpoint } from './schema.ts';

/** The message that a sender would have sent, so that a scenario goes the same way as everything else. */
export function messageOf(touchpoint: ScenarioTouchpoint, at: number): object {
  const { userId, timezone } = touchpoint;
  return {
    ...contentOf(touchpoint),
    anonymousId: 'scenario',
    timestamp: new Date(at).toISOString(),
    ...(userId !== undefined && { userId }),
    context: {
      ...(timezone !== undefined && { timezone }),
      ...consentOf(touchpoint),
      ...pageOf(touchpoint),
    },
  };
}

function contentOf(touchpoint: ScenarioTouchpoint): object {
  if ('page' in touchpoint) return { type: 'page' };
  if ('track' in touchpoint) {
    return { type: 'track', event: touchpoint.track, properties: touchpoint.properties ?? {} };
  }
  if ('identify' in touchpoint) return { type: 'identify', traits: touchpoint.identify };
  return { type: 'group', groupId: touchpoint.group, traits: touchpoint.traits ?? {} };
}

function consentOf({ consent }: ScenarioTouchpoint): object {
  if (!consent) return {};
  const categoryPreferences = Object.fromEntries(
    Object.entries(consent).map(([purpose, state]) => [purpose, state === 'granted']),
  );
  return { consent: { categoryPreferences } };
}

function pageOf(touchpoint: ScenarioTouchpoint): object {
  const path = 'page' in touchpoint ? touchpoint.page : 'on' in touchpoint ? touchpoint.on : undefined;
  if (path === undefined || !('page' in touchpoint || 'track' in touchpoint)) return {};
  const { title, referrer, campaign } = touchpoint;
  const page = {
    path,
    url: `https://site.example${path}`,
    ...(title !== undefined && { title }),
    ...(referrer !== undefined && { referrer }),
  };
  return { page, ...(campaign && { campaign: { ...campaign } }) };
}
