const MAX_DETAIL_CHARS = 300;

/** Text from outside as the `detail` of a result: one line, of bounded length. */
export function asDetail(text: string): string {
  return text
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, MAX_DETAIL_CHARS);
}

/** What went wrong, in one line. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return asDetail(String(error));
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return asDetail(`${code} ${error.message}`);
}
