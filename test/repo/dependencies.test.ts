/** Who may know whom (DESIGN section 3). Each rule comes with sources that break it, to show that it bites. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Import, parse, readSources, type Source } from './source.ts';

interface Rule {
  says: string;
  appliesTo: (path: string) => boolean;
  /** What of the file breaks the rule. */
  breaches: (source: Source) => string[];
  brokenBy: [path: string, code: string][];
}

const below =
  (...folders: string[]) =>
  (path: string) =>
    folders.some((folder) => path.startsWith(`${folder}/`));
const isOneOf =
  (...files: string[]) =>
  (path: string) =>
    files.includes(path);
const everywhere = () => true;

const importsOnly =
  (isAllowed: (target: string, isType: boolean) => boolean) =>
  ({ imports }: Source) =>
    imports.filter(({ target, isType }) => !isAllowed(target, isType)).map(importText);
const importText = ({ target, isType }: Import) => `import ${isType ? 'type ' : ''}${target}`;

const namesNone =
  (...names: string[]) =>
  (source: Source) =>
    names.filter((name) => source.names.has(name) || source.texts.includes(name));
const expressesNone =
  (...expressions: string[]) =>
  (source: Source) =>
    expressions.filter((each) => source.expressions.has(each));

const isPackage = (name: string) => (target: string) => target === name || target.startsWith(`${name}/`);
const isPreact = isPackage('preact');
const isSdk = isPackage('@handrail/sdk');
const isContract = isOneOf('@handrail/sdk/protocol', '@handrail/sdk/condition');
const isZod = (target: string) => isPackage('zod')(target) || target === '@hono/zod-openapi';
const isSqlLibrary = isOneOf('better-sqlite3', 'kysely');

const inSdk = below('sdk/src');
const inWidgets = below('widgets/src');
const inCollector = below('collector/src');
const inDashboard = below('collector/dashboard/src');
const inStore = below('collector/src/store');
const isMain = isOneOf('collector/src/main.ts');

/** Functions of what they are given. None reaches anything else, since each imports only from among them. */
const inLeadsOrIngest = below('collector/src/leads', 'collector/src/ingest');
const inInsights = below('collector/src/insights');
const isPure = (path: string) =>
  inLeadsOrIngest(path) ||
  below('collector/src/preview')(path) ||
  inInsights(path) ||
  [
    'advance.ts',
    'wire.ts',
    'site/compile.ts',
    'site/compile-sequences.ts',
    'site/durations.ts',
    'site/steps.ts',
    'site/limits.ts',
    'site/scales.ts',
    'site/translate.ts',
    'simulation/life.ts',
    'simulation/runs.ts',
    'follow-ups/plan.ts',
    'follow-ups/decide.ts',
    'follow-ups/sent-touchpoint.ts',
    'follow-ups/come-to.ts',
    'follow-ups/program.ts',
    'follow-ups/walk.ts',
    'follow-ups/guards.ts',
    'follow-ups/merge-runs.ts',
    'follow-ups/quiet-hours.ts',
    'follow-ups/transactional.ts',
    'follow-ups/events.ts',
    'follow-ups/lanes.ts',
    'follow-ups/routes.ts',
    'follow-ups/endpoint-health.ts',
    'follow-ups/response-times.ts',
  ].some((name) => path === `collector/src/${name}`);

const REQUESTS = ['fetch', 'sendBeacon', 'XMLHttpRequest', 'WebSocket', 'EventSource'];
const STORAGE = ['localStorage', 'sessionStorage', 'indexedDB', 'cookie', 'caches'];
const LEAVING = ['visibilitychange', 'pagehide', 'pageshow', 'beforeunload', 'unload'];
const SQL =
  /\b(SELECT\s.+\sFROM|INSERT\s+(OR \w+\s+)?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+TABLE)\b/is;

const RULES: Rule[] = [
  {
    says: 'protocol.ts imports nothing, so that anyone can import it',
    appliesTo: isOneOf('sdk/src/protocol.ts'),
    breaches: importsOnly(() => false),
    brokenBy: [
      ['sdk/src/protocol.ts', `import type { Cart } from './cart.ts';`],
      ['sdk/src/protocol.ts', `export * from './condition.ts';`],
    ],
  },
  {
    says: 'the SDK knows its own files, idb-keyval and web-vitals',
    appliesTo: inSdk,
    breaches: importsOnly(
      (target) => inSdk(target) || isPackage('idb-keyval')(target) || isPackage('web-vitals')(target),
    ),
    brokenBy: [
      ['sdk/src/a.ts', `import { h } from 'preact';`],
      ['sdk/src/a.ts', `import type { z } from 'zod';`],
      ['sdk/src/a.ts', `import type { Store } from '@handrail/collector';`],
      ['sdk/src/prompts/a.ts', `import { messageSchema } from '../../../collector/src/wire.ts';`],
      ['sdk/src/a.ts', `const widgets = () => import('@handrail/widgets');`],
    ],
  },
  {
    says: 'widgets know Preact, and the SDK only by its types',
    appliesTo: inWidgets,
    breaches: importsOnly(
      (target, isType) => inWidgets(target) || isPreact(target) || (isType && isSdk(target)),
    ),
    brokenBy: [
      ['widgets/src/a.ts', `import { MAX_ID_CHARS } from '@handrail/sdk/protocol';`],
      ['widgets/src/a.ts', `import { type Prompt } from '@handrail/sdk/protocol';`],
      ['widgets/src/fields/a.tsx', `import { openStorage } from '../../../sdk/src/storage.ts';`],
      ['widgets/src/a.ts', `import { z } from 'zod';`],
    ],
  },
  {
    says: 'the collector knows of the SDK its protocol and its conditions, and no browser code',
    appliesTo: inCollector,
    breaches: importsOnly((target) => {
      if (isSdk(target)) return isContract(target);
      const isForeign = below('sdk', 'widgets', 'collector/dashboard')(target) || isPreact(target);
      return !isForeign && !isPackage('@handrail/widgets')(target);
    }),
    brokenBy: [
      ['collector/src/a.ts', `import type { Handrail } from '@handrail/sdk';`],
      ['collector/src/a.ts', `import { parseDuration } from '../../sdk/src/condition.ts';`],
      ['collector/src/routes/a.ts', `import { App } from '../../dashboard/src/app.tsx';`],
    ],
  },
  {
    says: 'the dashboard knows Preact, and the collector only through its API',
    appliesTo: inDashboard,
    breaches: importsOnly((target) => inDashboard(target) || isPreact(target)),
    brokenBy: [['collector/dashboard/src/a.ts', `import { iso } from '../../src/leads/view.ts';`]],
  },
  {
    says: 'zod stays in the collector: it weighs four times the whole SDK',
    appliesTo: (path) => !inCollector(path),
    breaches: importsOnly((target) => !isZod(target)),
    brokenBy: [['collector/dashboard/src/a.ts', `import { z } from 'zod';`]],
  },
  {
    says: 'a file that loads zod exports no constant: whoever wanted it would load zod too',
    appliesTo: inCollector,
    breaches: ({ imports, constants }) =>
      imports.some(({ target, isType }) => isZod(target) && !isType) ? constants : [],
    brokenBy: [
      ['collector/src/a.ts', `import { z } from 'zod'; export const MAX_CHARS = 4 * 1024;`],
      ['collector/src/a.ts', `import { z } from 'zod'; export const KINDS = ['a', 'b'] as const;`],
    ],
  },
  {
    says: 'types come by `import type`: `import { type A }` would still load the file',
    appliesTo: everywhere,
    breaches: ({ imports }) => imports.filter(({ shouldBeType }) => shouldBeType).map(importText),
    brokenBy: [['sdk/src/a.ts', `import { type Cart, type Prompt } from './protocol.ts';`]],
  },
  {
    says: 'leads, ingest, previews, the plan and the guards reach no I/O, no store and no library but zod, the list of bots and that of phone numbers',
    appliesTo: isPure,
    breaches: (source) =>
      importsOnly(
        (target, isType) =>
          isType ||
          isPure(target) ||
          isContract(target) ||
          (isZod(target) && source.path.endsWith('/wire.ts')) ||
          (target === 'luxon' && source.path === 'collector/src/leads/local-time.ts') ||
          (target === 'isbot' && source.path === 'collector/src/ingest/bot.ts') ||
          (target === 'libphonenumber-js/min' && source.path === 'collector/src/ingest/addresses.ts'),
      )(source),
    brokenBy: [
      ['collector/src/leads/a.ts', `import { readFileSync } from 'node:fs';`],
      ['collector/src/ingest/a.ts', `import { v7 } from 'uuid';`],
      ['collector/src/ingest/a.ts', `import { isbot } from 'isbot';`],
      ['collector/src/follow-ups/plan.ts', `import { StoreUnavailable } from '../store/store.ts';`],
      ['collector/src/leads/a.ts', `import { compiledSites } from '../compiled-sites.ts';`],
      ['collector/src/preview/a.ts', `import { histories } from '../store/sqlite/histories.ts';`],
    ],
  },
  {
    says: 'leads and ingest do not know the store even by its types',
    appliesTo: inLeadsOrIngest,
    breaches: importsOnly((target) => !inStore(target)),
    brokenBy: [['collector/src/leads/a.ts', `import type { LeadRecord } from '../store/store.ts';`]],
  },
  {
    says: 'time is a parameter: only main.ts asks the clock',
    appliesTo: (path) => inCollector(path) && !isMain(path),
    breaches: expressesNone('Date.now()', 'new Date()', 'Date()', 'performance.now()'),
    brokenBy: [
      ['collector/src/leads/a.ts', `const at = Date.now();`],
      ['collector/src/ingest/a.ts', `const at = new Date().toISOString();`],
    ],
  },
  {
    says: 'only store/ speaks SQL',
    appliesTo: (path) => inCollector(path) && !inStore(path),
    breaches: (source) => [
      ...importsOnly((target) => !isSqlLibrary(target))(source),
      ...source.texts.filter((text) => SQL.test(text)),
    ],
    brokenBy: [
      ['collector/src/routes/a.ts', `import Database from 'better-sqlite3';`],
      ['collector/src/routes/a.ts', `import type { Kysely } from 'kysely';`],
      ['collector/src/a.ts', 'database.prepare(`SELECT id FROM leads`);'],
      ['collector/src/a.ts', `run('insert or ignore into leads values (1)');`],
    ],
  },
  {
    says: 'only main.ts reads the environment',
    appliesTo: (path) => !isMain(path),
    breaches: (source) => [
      ...expressesNone('process.env', 'import.meta.env')(source),
      ...importsOnly((target) => target !== 'node:process')(source),
    ],
    brokenBy: [
      ['collector/src/cli/start.ts', `const port = process.env.HANDRAIL_PORT;`],
      ['collector/src/a.ts', `import { env } from 'node:process';`],
    ],
  },
  {
    says: 'only transport.ts sends requests from a page',
    appliesTo: (path) => (inSdk(path) && path !== 'sdk/src/transport.ts') || inWidgets(path),
    breaches: namesNone(...REQUESTS),
    brokenBy: [
      ['sdk/src/delivery.ts', `void fetch('/v1/batch');`],
      ['sdk/src/delivery.ts', `navigator.sendBeacon('/v1/batch', body);`],
      ['widgets/src/a.ts', `const request = new XMLHttpRequest();`],
    ],
  },
  {
    says: 'only page-lifecycle.ts listens to the page being left and coming back',
    appliesTo: (path) => inSdk(path) && path !== 'sdk/src/page-lifecycle.ts',
    breaches: namesNone(...LEAVING),
    brokenBy: [['sdk/src/outbox.ts', `addEventListener('pagehide', save);`]],
  },
  {
    says: 'widgets store nothing',
    appliesTo: inWidgets,
    breaches: namesNone(...STORAGE),
    brokenBy: [
      ['widgets/src/a.ts', `localStorage.setItem('seen', 'nps');`],
      ['widgets/src/a.ts', `document.cookie = 'seen=nps';`],
    ],
  },
];

const sources = readSources();

describe.each(RULES)('$says', ({ appliesTo, breaches, brokenBy }) => {
  test('holds', () => {
    const concerned = sources.filter(({ path }) => appliesTo(path));
    expect(concerned).not.toEqual([]);
    expect(
      concerned.flatMap((source) => breaches(source).map((breach) => `${source.path}: ${breach}`)),
    ).toEqual([]);
  });

  test.each(brokenBy)('would catch, in %s: %s', (path, code) => {
    expect(appliesTo(path)).toBe(true);
    expect(breaches(parse(path, code))).not.toEqual([]);
  });
});

test('a comment, a name that is only similar and a parameter break nothing', () => {
  const innocent = parse(
    'collector/src/leads/a.ts',
    `/* Date.now() */ export const score = (now: number) => refetch(now, 'select a lead, then update it');`,
  );
  for (const { says, appliesTo, breaches } of RULES) {
    if (appliesTo(innocent.path)) expect(breaches(innocent), says).toEqual([]);
  }
});

test.each(['', 'sdk/', 'widgets/', 'collector/', 'collector/dashboard/', 'test/'])(
  'the compiler holds %stsconfig.json to `import type` and to strict types',
  (folder) => {
    const { extends: parent, compilerOptions = {} } = JSON.parse(
      readFileSync(new URL(`../../${folder}tsconfig.json`, import.meta.url), 'utf8'),
    );
    if (folder !== '') expect(parent).toMatch(/^(\.\.\/)+tsconfig\.json$/);
    const strictest = { strict: true, verbatimModuleSyntax: true, erasableSyntaxOnly: true };
    if (folder === '') expect(compilerOptions).toMatchObject(strictest);
    else expect(Object.keys(compilerOptions)).not.toEqual(expect.arrayContaining(Object.keys(strictest)));
  },
);
