/** The raw limit of HTTP and JSON: parses a batch, keeps nothing. The entry of a process that ingest.ts starts. */
import type { Batch, BatchResult } from '@handrail/sdk/protocol';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';

const app = new Hono();
app.post('/v1/batch', async (c) => {
  const { batch } = await c.req.json<Batch>();
  return c.json({ success: true, accepted: batch.length, duplicates: 0, rejected: [] } satisfies BatchResult);
});
serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => process.send?.(port));
