import { afterEach, describe, expect, test } from 'vitest';
import { SECRET_KEY, startCollector, type TestCollector, WRITE_KEY } from '../../support/collector.ts';

const SITE = {
  name: 'Shop',
  prompts: [
    {
      id: 'letter',
      type: 'lead_form',
      on: { code: true },
      title: 'A letter a month',
      label: 'Subscribe',
      consentLabel: 'Yes, write to me',
    },
  ],
};
const HOUR_MS = 3_600_000;

let collector: TestCollector;
afterEach(() => collector.close());
const open = async (site: object = {}) => {
  collector = await startCollector({ site: { ...SITE, ...site } });
};

describe('a preview', () => {
  const auth = { authorization: `Bearer ${SECRET_KEY}`, 'content-type': 'application/json' };
  const preview = (id: string, body: object) =>
    collector.request(`/v1/prompts/${id}/preview`, {
      method: 'POST',
      headers: auth,
      body: JSON.stringify(body),
    });
  const read = (token: string, language = 'en') =>
    collector.request(`/v1/sites/${WRITE_KEY}/preview/${token}`, {
      headers: { 'accept-language': language },
    });
  const draft = {
    id: 'draft',
    type: 'message',
    on: { page: '/' },
    title: 'Hello',
    translations: { de: { title: 'Hallo' } },
  };

  test('shows a draft to who has the token, for an hour, and to nobody by the public list', async () => {
    await open({ theme: { colorScheme: 'dark' } });
    const created = await preview('draft', { prompt: draft });
    expect(created.status).toBe(200);
    const { token, parameter, expiresAt } = await created.json();
    expect(parameter).toBe(`handrail-preview=draft.${token}`);
    expect(Date.parse(expiresAt)).toBe(collector.clock.now + HOUR_MS);
    const response = await read(token, 'de');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    const shown = await response.json();
    expect(shown).toMatchObject({
      prompt: { title: 'Hallo', language: 'de' },
      theme: { colorScheme: 'dark' },
    });
    expect(shown.prompt).not.toHaveProperty('translations');
    const list = await collector.request(`/v1/sites/${WRITE_KEY}/prompts`);
    expect(await list.text()).not.toContain('Hello');
    expect((await read(`${token}x`)).status).toBe(404);
    expect((await collector.request(`/v1/sites/pk_unknown_0123456789/preview/${token}`)).status).toBe(404);
    collector.clock.now += HOUR_MS;
    expect((await read(token)).status).toBe(404);
  });

  test('of a prompt as it is, where no draft is given', async () => {
    await open();
    const { token } = await (await preview('letter', {})).json();
    expect(await (await read(token)).json()).toMatchObject({
      prompt: { id: 'letter', title: 'A letter a month' },
    });
    expect((await preview('nobody', {})).status).toBe(404);
  });

  test.each([
    ['what a site would refuse', { ...draft, type: 'quiz' }, 'prompt.type'],
    ['a stage that the site has not', { ...draft, if: { stage: 'gone' } }, 'prompt.if.stage'],
    ['another id', { ...draft, id: 'other' }, 'prompt.id'],
  ])('refuses %s, and names the place', async (_, prompt, field) => {
    await open();
    const response = await preview('draft', { prompt });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ code: 'invalid_prompt', field });
  });
});
