/** Sequences that could not do what they say are refused when the site is saved, with the path of what is wrong. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SECRET_KEY, startCollector, type TestCollector } from '../../support/collector.ts';

let collector: TestCollector;
beforeAll(async () => {
  collector = await startCollector();
});
afterAll(() => collector.close());

const task = { task: { title: 'Call', due: '1h' } };
const condition = { touchpoint: 'demo' };
const send = (template: string) => ({ send: { channel: 'email', template } });
const site = (steps: object[], changes: object = {}) => ({
  name: 'Shop',
  email: { from: 'Shop <hello@shop.example>' },
  templates: { hello: { subject: 'Hello', text: 'Hello {{name|there}}' } },
  flags: [{ id: 'keen' }],
  sequences: [{ id: 'course', start: { touchpoint: 'start' }, steps, ...changes }],
});
async function save(document: object) {
  const response = await collector.request('/v1/site', {
    method: 'PUT',
    headers: { authorization: `Bearer ${SECRET_KEY}` },
    body: JSON.stringify(document),
  });
  return { status: response.status, body: await response.json() };
}

test('one that is right is saved', async () => {
  const steps = [
    task,
    { waitFor: condition, within: '1d', steps: [{ flag: { set: 'keen' } }], else: [send('hello')] },
    {
      split: [
        { id: 'a', share: 0.1, steps: [task] },
        { id: 'b', share: 0.2, steps: [] },
        { id: 'c', share: 0.7, steps: [] },
      ],
    },
  ];
  expect(await save(site(steps))).toMatchObject({ status: 200 });
});

const STEPS = 'sequences[0].steps';
const inside = (step: object) => [task, { branch: [{ if: condition, steps: [task, step] }] }];
const INSIDE = `${STEPS}[1].branch[0].steps[1]`;
const cases: [string, object, string, RegExp][] = [
  [
    'a field that no lead has, in a text',
    { ...site([send('hello')]), templates: { hello: { subject: 'Hello', text: 'Dear {{nmae}}' } } },
    'templates.hello',
    /nmae/,
  ],
  ['a step after the end', site([{ end: true }, task]), `${STEPS}[1]`, /never be reached/],
  [
    'a step after every way has ended',
    site([{ branch: [{ if: condition, steps: [{ end: true }] }], else: [{ end: true }] }, task]),
    `${STEPS}[1]`,
    /never be reached/,
  ],
  [
    'a step after the end, inside of another',
    site(inside({ branch: [{ if: { touchpoint: 'x' }, steps: [{ end: true }, task] }] })),
    `${INSIDE}.branch[0].steps[1]`,
    /never be reached/,
  ],
  [
    'the same case twice',
    site([
      {
        branch: [
          { if: condition, steps: [task] },
          { if: condition, steps: [task] },
        ],
      },
    ]),
    `${STEPS}[0].branch[1]`,
    /never be reached/,
  ],
  [
    'shares that do not make 1',
    site([
      {
        split: [
          { id: 'a', share: 0.5, steps: [task] },
          { id: 'b', share: 0.4, steps: [] },
        ],
      },
    ]),
    `${STEPS}[0].split`,
    /0\.9/,
  ],
  [
    'the same arm twice',
    site([
      {
        split: [
          { id: 'a', share: 0.5, steps: [task] },
          { id: 'a', share: 0.5, steps: [] },
        ],
      },
    ]),
    `${STEPS}[0].split[1].id`,
    /twice/,
  ],
  [
    'the same id twice, far apart',
    site([{ id: 'call', ...task }, ...inside({ id: 'call', ...task })]),
    `${STEPS}[2].branch[0].steps[1].id`,
    /twice/,
  ],
  ['a template that is not there', site(inside(send('helo'))), `${INSIDE}.send.template`, /hello/],
  [
    'an endpoint that is not there',
    site(inside({ send: { channel: 'webhook', endpoint: 'crm' } })),
    `${INSIDE}.send.endpoint`,
    /crm/,
  ],
  ['a flag that is not there', site(inside({ flag: { set: 'keeen' } })), `${INSIDE}.flag`, /keen/],
  ['a negative delay', site([{ after: '-1h', ...task }]), `${STEPS}[0].after`, /duration/],
  ['a delay without a unit', site([{ after: '5', ...task }]), `${STEPS}[0].after`, /duration/],
  [
    'a time that no clock shows',
    site([{ at: { time: '25:00' }, ...task }]),
    `${STEPS}[0].at.time`,
    /time of day/,
  ],
  ['a misspelt key', site([{ aftr: '1h', ...task }]), `${STEPS}[0]`, /aftr/],
  ['two actions in one step', site([{ ...task, end: true }]), `${STEPS}[0]`, /./],
  ['a wait without an end', site([{ waitFor: condition }]), `${STEPS}[0].within`, /./],
  [
    'a segment that is not there',
    site([{ if: { segment: 'none' }, ...task }]),
    `${STEPS}[0].if.segment`,
    /none/,
  ],
  [
    'an exit that asks for what is not there',
    site([task], { exit: { flag: 'none' } }),
    'sequences[0].exit.flag',
    /none/,
  ],
  [
    'a date both before and after',
    site([task], { start: { date: { trait: 'at', before: '1d', after: '1d' } } }),
    'sequences[0].start.date',
    /before or after/,
  ],
  ['no step', site([]), STEPS, /./],
];
test.each(cases)('%s', async (_, document, path, message) => {
  const { status, body } = await save(document);
  expect(status).toBe(422);
  expect(body.code).toBe('invalid_site');
  const found = body.errors.find((each: { path: string }) => each.path === path);
  expect(found, JSON.stringify(body.errors)).toBeDefined();
  expect(found.message).toMatch(message);
});

test('an endpoint that resolves inside is refused with its path', async () => {
  const document = {
    ...site([{ send: { channel: 'webhook', endpoint: 'crm' } }]),
    endpoints: { crm: { url: 'https://127.0.0.1/hook', secret: `whsec_${'a'.repeat(32)}` } },
  };
  expect(await save(document)).toMatchObject({
    status: 422,
    body: { errors: [{ path: 'endpoints.crm.url', message: expect.stringContaining('private_address') }] },
  });
});
