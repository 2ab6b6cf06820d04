import { CONTROL, closestTo, targetOf } from './elements.ts';
import type { Tools } from './tools.ts';

/** A page that has not reacted by then will be taken for broken. */
const PATIENCE_MS = 2_500;

/** Where a click without an effect, or many quick ones, are as they should be. */
const EXCUSED = [
  // What fields do is to take the focus; a stepper is clicked many times.
  'input:not([type=submit],[type=button],[type=reset],[type=image])',
  'select,textarea,label,[contenteditable],[role=slider],[role=spinbutton]',
  // They say that they do nothing.
  ':disabled,[aria-disabled=true]',
  // Games, maps and players answer where we cannot see it.
  'canvas,video,audio,[role=application]',
  // These open in another tab, another app or the downloads.
  'a[target]:not([target=_self]),a[download],[href^="mailto:"],[href^="tel:"]',
].join();

/** What tells that something has happened though the document is as it was. */
const SIGNS = ['scroll', 'input', 'change', 'submit', 'reset', 'invalid', 'toggle', 'play', 'pause'] as const;

/**
 * What the page has done about it so far: `none`, `own` (only the control itself looks different: a ripple, a
 * pressed state), or `page`.
 */
export type Reaction = 'none' | 'own' | 'page';

/** The visitor presses something that ought to react. */
export interface Press {
  /** The control; outside of any, the innermost element. */
  target: Element;
  down: PointerEvent;
  /** Once the press has become one. */
  click: MouseEvent | undefined;
  reaction: Reaction;
}

/** Listens to the presses that have become clicks. */
export interface PressListeners {
  onClick(press: Press): void;
  /** No reaction in 2.5 s; nor has the visitor pressed anything else meanwhile. */
  onNoReaction(press: Press): void;
}

/**
 * Tells of presses and of what the page does about them. It watches the page only from a press to its first effect:
 * from `pointerdown` on, because menus open with it.
 */
export function watchPresses(
  { listen, on, signal }: Pick<Tools, 'listen' | 'on' | 'signal'>,
  { onClick, onNoReaction }: PressListeners,
): void {
  let press: Press | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let watching = new AbortController();

  function end() {
    clearTimeout(timer);
    watching.abort();
  }

  function giveTime(to: Press) {
    clearTimeout(timer);
    timer = setTimeout(() => {
      end();
      if (to.click && to.reaction === 'none') onNoReaction(to);
    }, PATIENCE_MS);
  }

  listen('pointerdown', (event) => {
    end();
    press = undefined;
    const target = closestTo(event, CONTROL) ?? targetOf(event);
    const isModified = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    if (!target || event.button !== 0 || isModified || closestTo(event, EXCUSED)) return;
    press = { target, down: event, click: undefined, reaction: 'none' };
    watching = watchReaction(press, listen);
    giveTime(press);
  });
  listen('click', (event) => {
    // Without `detail` it is the keyboard's, or a script's. Released elsewhere, it is a click on what is round both.
    if (!press || press.click || !event.detail || !event.composedPath().includes(press.target)) return;
    press.click = event;
    giveTime(press);
    onClick(press);
  });
  on('leave', () => {
    if (press) press.reaction = 'page';
  });
  signal.addEventListener('abort', end);
}

/** Notes the reaction in the press, until the page has reacted or this is aborted. */
function watchReaction(press: Press, listen: Tools['listen']): AbortController {
  const watching = new AbortController();
  const { signal } = watching;
  const { target, down } = press;
  const isControl = target.matches(CONTROL);
  const text = isControl ? target.textContent : '';

  function see(reaction: Reaction) {
    press.reaction = reaction;
    if (reaction === 'page') watching.abort();
  }

  const observer = new MutationObserver((changes) => {
    const isOwn = isControl && changes.every((change) => target.contains(change.target));
    see(isOwn && target.textContent === text ? 'own' : 'page');
  });
  const roots = down.composedPath().filter((each) => each instanceof ShadowRoot);
  for (const root of [document, ...roots]) {
    observer.observe(root, { subtree: true, childList: true, attributes: true, characterData: true });
  }
  signal.addEventListener('abort', () => observer.disconnect());

  const onSign = () => see('page');
  for (const sign of SIGNS) listen(sign, onSign, signal);
  // The click itself moves the caret.
  listen('selectionchange', () => !getSelection()?.isCollapsed && onSign(), signal);
  // `href="#"` leads nowhere.
  listen('hashchange', () => location.hash && onSign(), signal);
  if (typeof navigation === 'object') {
    navigation.addEventListener('navigate', ({ hashChange }) => !hashChange && onSign(), { signal });
  }
  return watching;
}
