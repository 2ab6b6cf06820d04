/** Written so that the punctuation after a link in a sentence stays outside of it. */
const LINK = /(https?:\/\/[^\s<>"]*[^\s<>"'.,;:!?)\]])/;

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * The HTML alternative of a plain-text mail: the same words, with paragraphs and links. Everything is escaped:
 * nothing that came in by a merge field can become markup.
 */
export function htmlFromText(text: string): string {
  const paragraphs = text
    .trim()
    .split(/(?:\r?\n){2,}/)
    .map((paragraph) => `<p dir="auto">${paragraph.split(/\r?\n/).map(lineAsHtml).join('<br>\n')}</p>`);
  return `<!doctype html>\n<meta charset="utf-8">\n<body style="font: 16px/1.5 sans-serif">\n${paragraphs.join('\n')}\n</body>\n`;
}

function lineAsHtml(line: string): string {
  // A split by one group puts what the group matched at the odd places.
  return line
    .split(LINK)
    .map((piece, index) => {
      const escaped = escapeHtml(piece);
      return index % 2 === 1 ? `<a href="${escaped}">${escaped}</a>` : escaped;
    })
    .join('');
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);
}
