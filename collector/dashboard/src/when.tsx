import { relativeTime, type SiteFormats } from './format.ts';

/** A time told from now; pointing at it tells the moment in the site's own time zone. */
export function When({ iso, nowMs, formats }: { iso: string; nowMs: number; formats: SiteFormats }) {
  return (
    <time dateTime={iso} title={formats.moment(iso)}>
      {relativeTime(iso, nowMs)}
    </time>
  );
}
