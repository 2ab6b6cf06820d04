import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname } from 'node:path';

const CONTENT_TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * Serves the example shop to this machine.
 *
 * In the pages, `{{header}}` and the like stand for the files in `parts/`, and `{{collector}}` and
 * `{{writeKey}}` for the two values a real shop would write into its template.
 *
 * @param {import('./server.d.mts').ShopOptions} options
 * @returns {Promise<import('./server.d.mts').RunningShop>}
 */
export async function serveShop({ port, collectorUrl, writeKey }) {
  const files = await filesByPath();
  const values = { ...(await readParts()), collector: collectorUrl, writeKey };

  async function respond(request, response) {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return response.writeHead(405, { allow: 'GET, HEAD' }).end();
    }
    const [path, query] = request.url.split('?', 2);
    const otherPath = path.endsWith('/') ? path.slice(0, -1) : `${path}/`;
    if (!files.has(path) && files.has(otherPath)) {
      return response.writeHead(301, { location: query ? `${otherPath}?${query}` : otherPath }).end();
    }
    const file = files.get(path) ?? files.get('/404');
    const type = CONTENT_TYPES[extname(file.pathname)];
    const content = await readFile(file, 'utf8');
    const body = type === CONTENT_TYPES['.html'] ? fill(content, values) : content;
    response.writeHead(files.has(path) ? 200 : 404, { 'content-type': type, 'cache-control': 'no-cache' });
    response.end(body);
  }

  const server = createServer((request, response) => {
    respond(request, response).catch((error) => {
      console.error(`shop: ${request.url}: ${error.message}`);
      response.writeHead(500).end();
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://localhost:${server.address().port}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/**
 * Every path the shop answers to, with its file. Paths are looked up here and never joined to a directory,
 * so no request can name a file outside the shop.
 */
async function filesByPath() {
  const files = new Map();
  for (const [directory, pathOf] of [
    ['pages/', (name) => `/${name.replace(/\.html$/, '').replace(/(^|\/)index$/, '$1')}`],
    ['assets/', (name) => `/assets/${name}`],
  ]) {
    const base = new URL(directory, import.meta.url);
    for (const name of await readdir(base, { recursive: true })) {
      if (extname(name) in CONTENT_TYPES) files.set(pathOf(name), new URL(name, base));
    }
  }
  return files;
}

async function readParts() {
  const base = new URL('parts/', import.meta.url);
  const parts = {};
  for (const name of await readdir(base)) {
    parts[name.replace('.html', '')] = await readFile(new URL(name, base), 'utf8');
  }
  return parts;
}

/** Parts may hold placeholders themselves, so what was filled in is filled again. */
function fill(html, values) {
  return html.replaceAll(/\{\{(\w+)\}\}/g, (_, name) => fill(values[name], values));
}
