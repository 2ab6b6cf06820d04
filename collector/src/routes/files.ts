/** Files read once at start, and compressed once when first asked for: the page's scripts, the dashboard. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Context } from 'hono';

const TYPES: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

type Encoding = 'br' | 'gzip' | 'identity';

interface ServedFile {
  type: string;
  etag: string;
  body(encoding: Encoding): Uint8Array<ArrayBuffer>;
}
export type ServedFiles = ReadonlyMap<string, ServedFile>;

/** @returns by file name; empty where there is no such folder, as when run from source without a build */
export function readFiles(directory: string): ServedFiles {
  if (!existsSync(directory)) return new Map();
  const names = readdirSync(directory).filter((name) => extname(name) in TYPES);
  return new Map(names.map((name) => [name, toServed(readFileSync(`${directory}/${name}`), extname(name))]));
}

function toServed(content: Buffer<ArrayBuffer>, extension: string): ServedFile {
  const compressed = new Map<Encoding, Uint8Array<ArrayBuffer>>();
  return {
    type: TYPES[extension] ?? 'application/octet-stream',
    etag: `"${createHash('sha256').update(content).digest('base64url').slice(0, 16)}"`,
    body(encoding) {
      const body = compressed.get(encoding) ?? new Uint8Array(compress(content, encoding));
      compressed.set(encoding, body);
      return body;
    },
  };
}

function compress(content: Buffer<ArrayBuffer>, encoding: Encoding): Buffer<ArrayBuffer> {
  if (encoding === 'gzip') return gzipSync(content, { level: constants.Z_BEST_COMPRESSION });
  // The default quality is the best one.
  return encoding === 'br' ? brotliCompressSync(content) : content;
}

export function serveFile(c: Context, files: ServedFiles, name: string, headers: Record<string, string>) {
  const file = files.get(name);
  if (!file) return c.notFound();
  const { type, etag, body } = file;
  if (c.req.header('if-none-match') === etag) return c.body(null, 304, { ...headers, etag });
  const accepted = c.req.header('accept-encoding') ?? '';
  const encoding = /\bbr\b/.test(accepted) ? 'br' : /\bgzip\b/.test(accepted) ? 'gzip' : 'identity';
  return c.body(body(encoding), 200, {
    ...headers,
    etag,
    'content-type': type,
    vary: 'Accept-Encoding',
    'x-content-type-options': 'nosniff',
    ...(encoding !== 'identity' && { 'content-encoding': encoding }),
  });
}
