import { closestTo } from './elements.ts';
import type { Tools } from './tools.ts';

/** What GA4 counts as files. https://support.google.com/analytics/answer/9216061 */
const FILE =
  /\.(pdf|xlsx?|docx?|txt|rtf|csv|exe|key|pp[ts]x?|7z|pkg|rar|gz|zip|avi|mov|mp4|mpe?g?|wmv|midi?|mp3|wav|wma)$/i;

/**
 * `outbound_click` and `file_download` (of which a click is one), and whatever the owner has named by
 * `data-handrail="name"`, with its `data-handrail-…` attributes as properties.
 */
export function watchClicks({ record, recordOwn, listen }: Tools): void {
  function follow(event: MouseEvent) {
    const link = closestTo<HTMLAnchorElement>(event, 'a[href],area[href]');
    if (!link) return;
    const { href, hostname, pathname } = link;
    const fileName = link.download || decodeURI(pathname).split('/').pop() || '';
    if (link.hasAttribute('download') || (hostname && FILE.test(fileName))) {
      const extension = /\.(\w+)$/.exec(fileName)?.[1]?.toLowerCase();
      // A file made in the page (`blob:`, `data:`) is itself in its address.
      record('file_download', { url: hostname ? href : undefined, fileName, extension });
    } else if (hostname && hostname !== location.hostname) {
      record('outbound_click', { url: href, domain: hostname });
    }
  }

  listen('click', (event) => {
    const marked = closestTo(event, '[data-handrail]');
    if (marked) recordOwn(marked.dataset.handrail ?? '', givenProperties(marked));
    follow(event);
  });
  // The middle button opens a link in a new tab, without a `click`.
  listen('auxclick', (event) => {
    if (event.button === 1) follow(event);
  });
}

/** `data-handrail-plan-name="team"` is `planName: 'team'`. */
function givenProperties({ dataset }: HTMLElement): Record<string, string | undefined> {
  const properties: Record<string, string | undefined> = {};
  for (const [key, value] of Object.entries(dataset)) {
    const [, initial, rest] = /^handrail([A-Z])(.*)/.exec(key) ?? [];
    if (initial) properties[initial.toLowerCase() + rest] = value;
  }
  return properties;
}
