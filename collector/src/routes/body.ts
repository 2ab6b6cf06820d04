import { MAX_BATCH_BYTES } from '@handrail/sdk/protocol';
import { Problem } from '../problem.ts';

/**
 * Reads a JSON body whatever its content type says (`text/plain` spares browsers the pre-flight), gzipped or not, and
 * no further than the limit, which also holds for what a small gzip unpacks to.
 *
 * @throws Problem 400, 413 or 415
 */
export async function readJson(request: Request): Promise<{ value: unknown; bytes: number }> {
  const encoding = request.headers.get('content-encoding')?.toLowerCase() ?? 'identity';
  if (encoding !== 'identity' && encoding !== 'gzip') {
    throw new Problem(
      415,
      'invalid_encoding',
      `content-encoding: expected gzip or none, received ${encoding}`,
    );
  }
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BATCH_BYTES) throw tooLarge();
  const bytes =
    encoding === 'gzip' || request.headers.has('transfer-encoding')
      ? await readLimited(request, encoding === 'gzip')
      : new Uint8Array(await request.arrayBuffer());
  if (bytes.byteLength > MAX_BATCH_BYTES) throw tooLarge();
  const text = new TextDecoder().decode(bytes);
  try {
    return { value: JSON.parse(text) as unknown, bytes: bytes.byteLength };
  } catch (error) {
    throw new Problem(400, 'invalid_json', `body: ${(error as Error).message}`, { field: 'body' });
  }
}

async function readLimited(request: Request, isGzip: boolean): Promise<Uint8Array> {
  if (!request.body) return new Uint8Array();
  const raw: ReadableStream<Uint8Array> = request.body;
  const stream = isGzip
    ? raw.pipeThrough(new DecompressionStream('gzip') as TransformStream<Uint8Array, Uint8Array>)
    : raw;
  const chunks: Uint8Array[] = [];
  let total = 0;
  try {
    for await (const chunk of stream) {
      total += chunk.byteLength;
      if (total > MAX_BATCH_BYTES) throw tooLarge();
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem(400, 'invalid_encoding', 'body: not a gzip stream', { field: 'body' });
  }
  return Buffer.concat(chunks);
}

const tooLarge = () => new Problem(413, 'body_too_large', 'body: larger than 500 KB', { field: 'body' });
