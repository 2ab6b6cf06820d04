// The consent banner. The decision is the shop's to ask for and to remember; Handrail collects nothing until
// it is told `granted`.

import { load, save } from './storage.js';

/** Remembers a decision about some purposes and tells Handrail. */
export function decide(consent) {
  save('consent', { ...load('consent', {}), ...consent });
  window.handrail.push(['consent', consent]);
}

/** On every page: applies what was decided before, or asks. */
export function startConsent() {
  const decided = load('consent', {});
  if (Object.keys(decided).length > 0) window.handrail.push(['consent', decided]);
  if (!decided.analytics) ask();
  document.querySelector('[data-privacy-choices]').addEventListener('click', () => ask().focus());
}

/** Shows the banner, if it is not there, and returns its first control. */
function ask() {
  if (!document.querySelector('.consent')) {
    document.body.append(document.getElementById('consent-banner').content.cloneNode(true));
    const form = document.querySelector('.consent form');
    form.elements.marketing.checked = load('consent', {}).marketing === 'granted';
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const analytics = event.submitter.value;
      const marketing = analytics === 'granted' && form.elements.marketing.checked ? 'granted' : 'denied';
      decide({ analytics, marketing });
      document.querySelector('.consent').remove();
    });
  }
  return document.querySelector('.consent input');
}
