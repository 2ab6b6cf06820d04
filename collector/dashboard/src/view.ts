import { useEffect, useState } from 'preact/hooks';

/** The parts of the page, by the fragment of its address; the first is shown where there is none. */
export const VIEWS = { today: 'Today', 'follow-ups': 'Follow-ups' } as const;
export type View = keyof typeof VIEWS;

const currentView = (): View => (location.hash === '#follow-ups' ? 'follow-ups' : 'today');

export function useView(): View {
  const [view, setView] = useState(currentView);
  useEffect(() => {
    const change = () => setView(currentView());
    addEventListener('hashchange', change);
    return () => removeEventListener('hashchange', change);
  }, []);
  return view;
}
