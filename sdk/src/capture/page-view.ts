/**
 * Tells of each route of a single-page app. A route is a new path, or a new query that the visitor can go back
 * from; a replaced query (filters, tracking parameters tidied away) and the hash are not. With `hashRouting`, where
 * routers keep the path in the hash, that counts as the path does. [hashRouting=false]
 *
 * A return out of the back/forward cache is none, however late: it is the view that was there before.
 */
export function watchRoutes(onRoute: () => void, hashRouting = false): void {
  const currentPath = () => location.pathname + (hashRouting ? location.hash : '');
  let path = currentPath();
  let { search } = location;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function look(replaced: boolean) {
    const isRoute = currentPath() !== path || (location.search !== search && !replaced);
    path = currentPath();
    ({ search } = location);
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
