/** What every list has in common: `limit`, an opaque `cursor`, `{ data, next }`. */
import { z } from '@hono/zod-openapi';
import { Problem } from '../problem.ts';
import type { Cursor, Slice } from '../store/store.ts';
import type { exportContent } from './export.ts';
import { problemSchema } from './schemas.ts';

export const listQuery = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(200).optional(),
};

export function parseCursor(text: string | undefined): Cursor | null {
  if (text === undefined) return null;
  const [key, id, ...rest] = Buffer.from(text, 'base64url').toString().split(' ').map(Number);
  if (
    key === undefined ||
    id === undefined ||
    rest.length > 0 ||
    !Number.isFinite(key) ||
    !Number.isSafeInteger(id)
  ) {
    throw new Problem(400, 'invalid_parameter', 'cursor: expected the `next` of an earlier page', {
      field: 'cursor',
    });
  }
  return { key, id };
}

export function page<Row, Item>({ rows, next }: Slice<Row>, toItem: (row: Row) => Item) {
  return {
    data: rows.map(toItem),
    next: next && Buffer.from(`${next.key} ${next.id}`).toString('base64url'),
  };
}

/** For the `responses` of a route. */
export const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: problemSchema } },
});

/**
 * The answers of an owner route: its own, and the problems that each of them may meet.
 *
 * @param files `exportContent` of a list that also comes as a file
 */
export function answers<Schema extends z.ZodType>(
  schema: Schema,
  description: string,
  files?: typeof exportContent,
) {
  // Typed as JSON alone; see FileResponse in export.ts.
  const content: { 'application/json': { schema: Schema } } = { 'application/json': { schema }, ...files };
  return {
    200: { description, content },
    400: problem('A parameter is not as it should be; `field` names it.'),
    401: problem('No key or session, or a wrong one.'),
    403: problem('A write key, or another site.'),
    404: problem('There is none of this id.'),
  };
}

export const jsonBody = <Schema extends z.ZodType>(schema: Schema) => ({
  content: { 'application/json': { schema } },
  required: true,
});

export const listOf = <Schema extends z.ZodType>(schema: Schema) =>
  z.object({ data: z.array(schema), next: z.string().nullable() });
