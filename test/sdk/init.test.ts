import { init, type Widgets } from '@handrail/sdk';
import type * as widgets from '@handrail/widgets';
import { expect, expectTypeOf, test } from 'vitest';

test('on a server it can be imported and started, and does nothing', async () => {
  const handrail = init({ writeKey: 'pk_test', endpoint: 'https://collect.example' });
  handrail.track('x');
  handrail.consent({ analytics: 'granted' });
  await handrail.flush();
  expect(handrail.explain()).toEqual({ consent: {}, drops: {}, prompts: [] });
});

test('@handrail/widgets is what the SDK asks of widgets', () => {
  expectTypeOf<typeof widgets>().toExtend<Widgets>();
});
