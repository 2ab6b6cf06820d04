import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitFor } from './wait-for.ts';

const RECIPES = fileURLToPath(new URL('../../examples/reverse-proxy/', import.meta.url));
/** Where the recipes expect the collector. */
const DOCUMENTED_UPSTREAM = '127.0.0.1:8787';
const PAGE =
  '<!doctype html><title>Shop</title><script async src=/hr/handrail.js data-write-key=WRITE_KEY data-consent=granted></script>';

export type ProxyKind = 'nginx' | 'caddy';

export interface ReverseProxy {
  url: string;
  close(): Promise<void>;
}

/** A real nginx or Caddy with the recipe in a site of its own, whose one page has the tag. */
export async function startReverseProxy(
  kind: ProxyKind,
  collectorUrl: string,
  writeKey: string,
): Promise<ReverseProxy> {
  const folder = mkdtempSync(join(tmpdir(), 'handrail-proxy-'));
  const port = await freePort();
  const recipe = readFileSync(RECIPES + (kind === 'nginx' ? 'nginx.conf' : 'Caddyfile'), 'utf8');
  const site = recipe.replace(DOCUMENTED_UPSTREAM, new URL(collectorUrl).host);
  const page = PAGE.replace('WRITE_KEY', writeKey);
  const child =
    kind === 'nginx' ? startNginx(folder, port, site, page) : startCaddy(folder, port, site, page);
  const url = `http://127.0.0.1:${port}`;
  let output = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  await waitFor(`${kind} to listen`, async () => {
    if (child.exitCode !== null) throw new Error(`${kind} ended: ${output}`);
    return fetch(url).catch(() => null);
  });
  return {
    url,
    async close() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
      rmSync(folder, { recursive: true });
    },
  };
}

function startNginx(folder: string, port: number, site: string, page: string): ChildProcess {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join(' ');
  const config = `
    daemon off; master_process off; pid ${folder}/nginx.pid; error_log stderr;
    events {}
    http {
      access_log off; gzip on; gzip_types text/javascript; ${temporary}
      server {
        listen 127.0.0.1:${port};
        ${site}
        location = / { default_type text/html; return 200 '${page}'; }
      }
    }`;
  writeFileSync(join(folder, 'nginx.conf'), config);
  const args = ['-p', folder, '-e', 'stderr', '-c', join(folder, 'nginx.conf')];
  return spawn('/usr/sbin/nginx', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

function startCaddy(folder: string, port: number, site: string, page: string): ChildProcess {
  const config = `
{
	admin off
	auto_https off
}
http://127.0.0.1:${port}, http://*:${port} {
	encode gzip
	${site}
	handle / {
		header Content-Type text/html
		respond \`${page}\`
	}
	handle {
		respond 404
	}
}`;
  writeFileSync(join(folder, 'Caddyfile'), config);
  const args = ['run', '--config', join(folder, 'Caddyfile'), '--adapter', 'caddyfile'];
  const env = { ...process.env, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder, HOME: folder };
  return spawn('/usr/bin/caddy', args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
}

/** Neither can be told to take any port that is free. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
