/** At once or, on a page that is prerendered in case it is wanted, when it is shown: until then nobody is there. */
export function whenActivated(action: () => void): void {
  if ((document as { prerendering?: boolean }).prerendering) {
    document.addEventListener('prerenderingchange', action, { once: true });
  } else {
    action();
  }
}
