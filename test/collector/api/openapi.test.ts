import { expect, test } from 'vitest';
import { createCollector } from '../../../collector/src/app.ts';
import { BUILT, startCollector } from '../../support/collector.ts';
import { documentedOperations } from './operations.ts';

/** For browsers, mail programs and machines: no part of the API. */
const NOT_API =
  /^\/(handrail[\w-]*\.js|dashboard(\/.*)?|docs(\/.*)?|openapi\.json|site\.schema\.json|healthz|readyz|metrics|(unsubscribe|click|open)\/.*|confirm\/.*)$/;

test('the API description names every route of the API, and no other', async () => {
  const collector = await startCollector();
  const app = createCollector({ store: collector.store, filesDirectory: BUILT });
  const routes = app.routes
    // Middleware is mounted for all methods.
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`)
    .filter((route) => !NOT_API.test(route.split(' ')[1] ?? ''));
  const documented = (await documentedOperations(collector)).map(({ method, path }) => `${method} ${path}`);
  expect([...new Set(routes)].sort()).toEqual(documented.sort());
  await collector.close();
});

test('the API description is OpenAPI 3.1, and every parameter in a path is described', async () => {
  const collector = await startCollector();
  const response = await collector.request('/openapi.json');
  expect(await response.json()).toMatchObject({ openapi: '3.1.0', info: { title: 'Handrail collector' } });
  for (const { path, parameters } of await documentedOperations(collector)) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const described = parameters.filter((each) => each.in === 'path').map(({ name }) => name);
    expect(described, path).toEqual(named);
  }
  await collector.close();
});

test('an unknown path is a problem, not a page', async () => {
  const collector = await startCollector();
  for (const path of [
    '/v1/nothing',
    '/v2/batch',
    '/v1/sites',
    '/%2e%2e/package.json',
    '/dashboard/../../package.json',
  ]) {
    const response = await collector.request(path);
    expect(response.status, path).toBe(404);
    expect(await response.json()).toMatchObject({ status: 404, code: 'not_found' });
  }
  await collector.close();
});
