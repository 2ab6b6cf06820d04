// The yardstick of the budget for main-thread time: what a small tracker does as a page loads. Modelled on Umami's
// (https://github.com/umami-software/umami, src/tracker/index.js), the smallest of QUALITY's peers, as it was measured
// there: one page view by fetch, hooks for routes and for clicks, one read of storage. Written anew, and less: no
// visitor id, no identify.
((window) => {
  const { document, history, location, navigator, screen } = window;
  const script = document.currentScript;
  const option = (name) => script.getAttribute(`data-${name}`);

  const website = option('website-id');
  const domains = (option('domains') || '').split(',').map((domain) => domain.trim());
  const isAutomatic = option('auto-track') !== 'false';
  const keepsHash = option('exclude-hash') !== 'true';
  const endpoint = `${script.src.split('/').slice(0, -1).join('/')}/peer/send`;
  const size = `${screen.width}x${screen.height}`;

  const normalized = (address) => {
    if (!address) return address;
    const url = new URL(address, location.href);
    if (!keepsHash) url.hash = '';
    return url.toString();
  };

  let url = normalized(location.href);
  let referrer = normalized(document.referrer.startsWith(location.origin) ? '' : document.referrer);
  let hasBegun = false;
  let isDisabled = false;
  let session;

  const isOff = () =>
    isDisabled ||
    !website ||
    window.localStorage.getItem('peer.disabled') ||
    (domains[0] && !domains.includes(location.hostname));

  async function send(payload) {
    if (isOff()) return;
    try {
      const response = await fetch(endpoint, {
        method: 'POST',
        keepalive: true,
        credentials: 'omit',
        headers: { 'Content-Type': 'application/json', ...(session && { 'x-peer-session': session }) },
        body: JSON.stringify({ type: 'event', payload }),
      });
      const answer = await response.json();
      isDisabled = Boolean(answer.disabled);
      session = answer.session;
    } catch {
      // As the original: a tracker that fails is silent.
    }
  }

  const track = (name, data) =>
    send({
      website,
      screen: size,
      language: navigator.language,
      title: document.title,
      hostname: location.hostname,
      url,
      referrer,
      ...(name && { name, data }),
    });

  function watchRoutes() {
    for (const method of ['pushState', 'replaceState']) {
      const original = history[method];
      history[method] = (...given) => {
        if (given[2]) {
          referrer = url;
          url = normalized(given[2]);
          if (url !== referrer) setTimeout(track, 300);
        }
        return original.apply(history, given);
      };
    }
  }

  function watchClicks() {
    document.addEventListener(
      'click',
      ({ target }) => {
        const element = target.closest('a, button') || target;
        const name = element.getAttribute('data-peer-event');
        if (name) track(name, { ...element.dataset });
      },
      true,
    );
  }

  function begin() {
    if (hasBegun) return;
    hasBegun = true;
    // The measurement waits for it.
    window.peer.sent = track();
    watchRoutes();
    watchClicks();
  }

  window.peer ||= { track };
  if (!isAutomatic || isOff()) return;
  if (document.readyState === 'complete') begin();
  else document.addEventListener('readystatechange', begin, true);
})(window);
