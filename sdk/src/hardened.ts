/**
 * `JSON` as the browser made it, for a page that has put its own in that place; only such a page loads this. An empty
 * frame has one. It is gone before anything is painted.
 */
export function intrinsicJson(): typeof JSON {
  const frame = document.createElement('iframe');
  document.documentElement.append(frame);
  const { JSON: json } = frame.contentWindow as unknown as typeof globalThis;
  frame.remove();
  return json;
}
