/** The API's description, and a page to read it on; Swagger UI's files come from its package, not from a CDN. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Env } from './context.ts';

const FILES = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'start.js': 'text/javascript; charset=utf-8',
} as const;
const START = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#docs', deepLinking: true, validatorUrl: null });`;
const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Handrail API</title><link rel="stylesheet" href="/docs/swagger-ui.css"><div id="docs"></div>
<script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></html>`;
/** Swagger UI styles its elements by attribute. */
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";

export function docsRoutes(app: OpenAPIHono<Env>, version: string): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'secretKey', { type: 'http', scheme: 'bearer' });
  app.openAPIRegistry.registerComponent('securitySchemes', 'writeKey', { type: 'http', scheme: 'basic' });
  app.doc31('/openapi.json', {
    openapi: '3.1.0',
    info: {
      title: 'Handrail collector',
      version,
      description: 'Ingest by the public write key; everything else by the secret key.',
      license: { name: 'MIT', url: 'https://spdx.org/licenses/MIT.html' },
    },
  });

  const directory = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  app.get('/docs', (c) => c.html(PAGE, 200, { 'Content-Security-Policy': CSP }));
  app.get('/docs/:file', (c) => {
    const file = c.req.param('file');
    if (!isDocsFile(file)) return c.notFound();
    const content = file === 'start.js' ? START : readFileSync(`${directory}/${file}`, 'utf8');
    return c.body(content, 200, { 'content-type': FILES[file], 'Cache-Control': 'public, max-age=3600' });
  });
}

const isDocsFile = (name: string): name is keyof typeof FILES => Object.hasOwn(FILES, name);
