import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

/** Stable codes that clients may branch on. */
export type ProblemCode =
  | 'invalid_json'
  | 'invalid_body'
  | 'invalid_parameter'
  | 'invalid_encoding'
  | 'invalid_content_type'
  | 'message_too_large'
  | 'message_too_deep'
  | 'invalid_message'
  | 'missing_identity'
  | 'body_too_large'
  | 'too_many_messages'
  | 'missing_key'
  | 'wrong_key'
  | 'wrong_kind_of_key'
  | 'cross_site'
  | 'origin_not_allowed'
  | 'not_found'
  | 'invalid_prompt'
  | 'already_replayed'
  | 'already_merged'
  | 'same_lead'
  | 'too_many_tags'
  | 'invalid_site'
  | 'version_conflict'
  | 'not_failed'
  | 'active'
  | 'too_soon'
  | 'paused'
  | 'endpoint_disabled'
  | 'missing_field'
  | 'unavailable'
  | 'internal';

export interface FieldError {
  /** With dots and brackets, as in `scoring.rules[2].points`; empty for the whole. */
  path: string;
  message: string;
}

/** Thrown by routes; becomes an `application/problem+json` answer (RFC 9457). */
export class Problem extends Error {
  override name = 'Problem';
  readonly status: ContentfulStatusCode;
  readonly code: ProblemCode;
  /** The field it is about, as a path with dots. */
  readonly field: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  /** Where there are several things wrong: all of them. */
  readonly errors: readonly FieldError[] | undefined;

  constructor(
    status: ContentfulStatusCode,
    code: ProblemCode,
    detail: string,
    {
      field,
      retryAfterSeconds,
      errors,
    }: { field?: string; retryAfterSeconds?: number; errors?: readonly FieldError[] } = {},
  ) {
    super(detail);
    this.status = status;
    this.code = code;
    this.field = field;
    this.retryAfterSeconds = retryAfterSeconds;
    this.errors = errors;
  }
}

const TITLES: Partial<Record<ContentfulStatusCode, string>> = {
  400: 'Bad request',
  401: 'Not signed in',
  403: 'Not allowed',
  404: 'Not found',
  409: 'Conflict',
  412: 'Changed meanwhile',
  413: 'Too large',
  415: 'Unsupported',
  422: 'Not processable',
  500: 'Internal error',
  503: 'Try again later',
};

export function problemResponse(
  c: Context,
  { status, code, message, field, retryAfterSeconds, errors }: Problem,
): Response {
  if (retryAfterSeconds !== undefined) c.header('Retry-After', String(retryAfterSeconds));
  if (status === 401) c.header('WWW-Authenticate', 'Bearer');
  c.header('Cache-Control', 'no-store');
  return c.json(
    { type: 'about:blank', title: TITLES[status] ?? 'Error', status, code, detail: message, field, errors },
    status,
    {
      'content-type': 'application/problem+json',
    },
  );
}
