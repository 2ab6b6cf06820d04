import { type ComponentChild, render } from 'preact';
import { STYLES } from './styles.ts';

/** Also what a site's own CSS can select, to set the `--handrail-*` properties. */
const HOST_ELEMENT = 'handrail-prompt';

export interface Host {
  show(content: ComponentChild): void;
  /** Takes the element off the page. More than once is harmless. */
  close(): void;
}

/** Puts an element with a shadow root on the page, out of reach of its CSS and its keyboard shortcuts. */
export function openHost({ onEscape }: { onEscape: () => void }): Host {
  const element = document.createElement(HOST_ELEMENT);
  const root = element.attachShadow({ mode: 'open' });
  // A constructed sheet is exempt from `style-src`: https://www.w3.org/TR/CSP3/#directive-style-src
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLES);
  root.adoptedStyleSheets = [sheet];

  let cameFrom = document.activeElement;
  root.addEventListener('focusin', (event) => {
    const { relatedTarget } = event as FocusEvent;
    if (relatedTarget instanceof Element && relatedTarget.getRootNode() !== root) cameFrom = relatedTarget;
  });

  root.addEventListener('keydown', (event) => {
    const { key, isComposing } = event as KeyboardEvent;
    if (key === 'Escape' && !isComposing) onEscape();
  });
  // To a listener outside, a key typed into our text field seems typed on a plain element, so that the
  // page's one-letter shortcuts would fire.
  for (const type of ['keydown', 'keypress', 'keyup']) {
    root.addEventListener(type, (event) => event.stopPropagation());
  }

  // Before <body>: the first stop of the Tab key, safe from a `transform` on the body and from the child
  // selectors of the page (`body > * + *`), and still there when a framework replaces the body.
  document.documentElement.insertBefore(element, document.body);

  return {
    show: (content) => render(content, root),
    close() {
      if (!element.isConnected) return;
      const hadFocus = root.activeElement !== null;
      render(null, root);
      element.remove();
      if (hadFocus && cameFrom instanceof HTMLElement) cameFrom.focus({ preventScroll: true });
    },
  };
}
