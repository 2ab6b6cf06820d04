/**
 * Tells of each route of a single-page app. A route is a new path, or a new query that the visitor can go back
 * from; a replaced query (filters, tracking parameters tidied away) and the hash are not.
 */
export function watchRoutes(onRoute: () => void): void {
  let { pathname, search } = location;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function look(replaced: boolean) {
    const isRoute = location.pathname !== pathname || (location.search !== search && !replaced);
    ({ pathname, search } = location);
    if (!isRoute) return;
    // In a task of its own: by then routers have set the title, and a redirect has become one view.
    clearTimeout(timer);
    timer = setTimeout(onRoute);
  }

  if (typeof navigation === 'object') {
    navigation.addEventListener('currententrychange', ({ navigationType }) =>
      look(navigationType === 'replace'),
    );
    return;
  }
  // Older browsers tell nobody of pushState. What the host's own hooks throw is the host's to see.
  for (const method of ['pushState', 'replaceState'] as const) {
    const original = history[method];
    history[method] = function (this: History, ...args) {
      original.apply(this, args);
      look(method === 'replaceState');
    };
  }
  addEventListener('popstate', () => look(false));
}
