/** Buttons and links, as far as the markup says so. */
export const CONTROL = 'a[href],button,summary,input,[role=button],[role=link],[role=tab],[role^=menuitem]';

/** The innermost element, in open shadow roots too. `undefined` where the event is the document's own. */
export function targetOf(event: Event): Element | undefined {
  const [target] = event.composedPath();
  return target instanceof Element ? target : undefined;
}

/** The nearest element round the event that matches, through open shadow roots, which `closest` does not cross. */
export function closestTo<Found extends Element = HTMLElement>(
  event: Event,
  selector: string,
): Found | undefined {
  return event
    .composedPath()
    .find((each): each is Found => each instanceof Element && each.matches(selector));
}

/** Asks for the style, so not while the page is busy with a click. */
export function looksClickable(element: Element): boolean {
  return element.matches(CONTROL) || getComputedStyle(element).cursor === 'pointer';
}

const MAX_TARGET_CHARS = 100;

/** As a CSS selector would say it, `button#buy.primary`. No text: it may be about the visitor. */
export function describe(element: Element): string {
  // Not `element.id`: in a form, a field of that name stands in its place.
  const id = element.getAttribute('id');
  const classes = [...element.classList].slice(0, 2).map((name) => `.${name}`);
  return `${element.localName}${id ? `#${id}` : ''}${classes.join('')}`.slice(0, MAX_TARGET_CHARS);
}
