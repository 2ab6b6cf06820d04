import { PARAMETER, withHandOver } from './parameter.ts';

/**
 * Adds the hand-over to links and forms that lead to another of the site's domains, in the moment they are used: no
 * address in the page ever shows it. Returns how to stop.
 */
export function decorateLinks(domains: readonly string[], handOver: () => string): () => void {
  const listening = new AbortController();
  const isOurs = (url: string) => {
    const host = URL.canParse(url) ? new URL(url).hostname : location.hostname;
    return host !== location.hostname && domains.some((each) => host === each || host.endsWith(`.${each}`));
  };

  function onClick(event: Event) {
    const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement);
    if (link && isOurs(link.href)) setForNow(link, 'href', withHandOver(link.href, handOver()));
  }

  function onSubmit({ target }: Event) {
    // `form.action` may be a field of that name.
    if (!(target instanceof HTMLFormElement)) return;
    const url = new URL(target.getAttribute('action') ?? '', document.baseURI).href;
    if (!isOurs(url)) return;
    if (target.getAttribute('method')?.toLowerCase() === 'post') {
      setForNow(target, 'action', withHandOver(url, handOver()));
      return;
    }
    // GET replaces the query of the action by the fields.
    const field = document.createElement('input');
    field.type = 'hidden';
    field.name = PARAMETER;
    field.value = handOver();
    target.append(field);
    setTimeout(() => field.remove());
  }

  // First of all listeners, since any other may stop the event. Navigation begins after the last of them.
  const options = { capture: true, signal: listening.signal };
  addEventListener('click', onClick, options);
  addEventListener('auxclick', onClick, options);
  addEventListener('submit', onSubmit, options);
  return () => listening.abort();
}

/** Until the event is over and the browser has read it. */
function setForNow(element: Element, attribute: string, value: string) {
  const before = element.getAttribute(attribute);
  element.setAttribute(attribute, value);
  setTimeout(() => {
    if (before !== null && element.getAttribute(attribute) === value) element.setAttribute(attribute, before);
  });
}
