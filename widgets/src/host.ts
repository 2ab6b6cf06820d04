import type { Theme } from '@handrail/sdk/protocol';
import { type ComponentChild, render } from 'preact';
import type { Place } from './layout.ts';
import STYLES from './styles.css';

/** Also what a site's own CSS can select, to set the `--handrail-*` properties. */
const HOST_ELEMENT = 'handrail-prompt';

export interface Host {
  show(content: ComponentChild): void;
  /** Takes the element off the page. More than once is harmless. */
  close(): void;
}

export interface HostSetup {
  place: Place;
  theme: Theme | undefined;
  /** BCP 47: of the prompt's words. [language=the page's] */
  language: string | undefined;
  onEscape: () => void;
}

/** Puts an element with a shadow root on the page, out of reach of its CSS and its keyboard shortcuts. */
export function openHost({ place, theme, language, onEscape }: HostSetup): Host {
  const element = document.createElement(HOST_ELEMENT);
  // The element itself has no box, so that nothing which the page does to it moves or hides the prompt; and only what is
  // both in its `style` and important holds against a `* { … !important }` of the page.
  element.style.setProperty('all', 'initial', 'important');
  element.style.setProperty('display', 'contents', 'important');
  if (language) {
    element.lang = language;
    element.dir = RIGHT_TO_LEFT.test(language) ? 'rtl' : 'ltr';
  }
  const root = element.attachShadow({ mode: 'open' });
  root.adoptedStyleSheets = [styleSheet(theme)];

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

  const emptySlot = place.layout === 'slot' ? fillSlot(place.slot, element) : undefined;
  // Before <body>: the first stop of the Tab key, safe from a `transform` on the body and from the child
  // selectors of the page (`body > * + *`), and still there when a framework replaces the body.
  if (!emptySlot) document.documentElement.insertBefore(element, document.body);

  let isOpen = true;
  return {
    show: (content) => render(content, root),
    close() {
      if (!isOpen) return;
      isOpen = false;
      const hadFocus = root.activeElement !== null;
      render(null, root);
      element.remove();
      emptySlot?.();
      if (hadFocus && cameFrom instanceof HTMLElement) cameFrom.focus({ preventScroll: true });
    },
  };
}

/** Languages, and scripts of any other language, that are written from right to left. */
const RIGHT_TO_LEFT = /^(ar|ckb|dv|fa|he|iw|ps|sd|ug|ur|yi)\b|-(arab|hebr)\b/i;

function styleSheet({ colorScheme, properties = {} }: Theme = {}): CSSStyleSheet {
  // A constructed sheet is exempt from `style-src`: https://www.w3.org/TR/CSP3/#directive-style-src
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLES);
  // By setProperty a value stays a value, whatever braces are in it.
  const { style } = sheet.cssRules[sheet.insertRule(':host {}', sheet.cssRules.length)] as CSSStyleRule;
  if (colorScheme) {
    style.setProperty('--handrail-color-scheme', colorScheme === 'auto' ? 'light dark' : colorScheme);
  }
  for (const [name, value] of Object.entries(properties)) style.setProperty(`--handrail-${name}`, value);
  return sheet;
}

/** Lays the element over the slot, which so keeps its size, and hides what is in it. Returns how to undo that. */
function fillSlot(slot: HTMLElement, element: HTMLElement): () => void {
  const { cssText } = slot.style;
  if (getComputedStyle(slot).position === 'static')
    slot.style.setProperty('position', 'relative', 'important');
  if (slot.firstElementChild) slot.style.setProperty('visibility', 'hidden', 'important');
  slot.append(element);
  return () => {
    slot.style.cssText = cssText;
  };
}
