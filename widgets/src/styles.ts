/** Colours as [light, dark]; a site overrides each by the custom property `--handrail-<name>`. */
const COLORS = {
  surface: ['#ffffff', '#201f1e'],
  ink: ['#1d1b19', '#f4f2ef'],
  muted: ['#655f58', '#b5aea5'],
  /** Borders of controls: 3:1 against the surface (WCAG 1.4.11). */
  line: ['#8c857c', '#827b72'],
  accent: ['#1d5c47', '#8fd6b8'],
  'on-accent': ['#ffffff', '#0e241b'],
} satisfies Record<string, [light: string, dark: string]>;

const colors = (pick: (light: string, dark: string) => string): string =>
  Object.entries(COLORS)
    .map(([name, [light, dark]]) => `--${name}: var(--handrail-${name}, ${pick(light, dark)});`)
    .join('');

/**
 * Lengths are in em, from the reader's own font size: a page may have made rem mean anything. On `:host`,
 * only `!important` holds against the page's own `!important`, and there it wins.
 */
export const STYLES = `
:host {
  all: initial !important;
  position: fixed !important;
  display: block !important;
  z-index: var(--handrail-z-index, 2147483647) !important;
  inset-block-end: calc(var(--handrail-gap, 1.25em) + env(safe-area-inset-bottom, 0px)) !important;
  inset-inline-end: var(--handrail-gap, 1.25em) !important;
  inline-size: var(--handrail-width, 24em) !important;
  max-inline-size: calc(100% - 2 * var(--handrail-gap, 1.25em)) !important;
  color-scheme: var(--handrail-color-scheme, light dark) !important;
  ${colors((light) => light)}
}
@supports (color: light-dark(#000, #fff)) {
  :host { ${colors((light, dark) => `light-dark(${light}, ${dark})`)} }
}
*, ::before, ::after { box-sizing: border-box; }
p, ul { margin: 0; padding: 0; }
.card {
  position: relative;
  max-block-size: calc(100vh - 2.5em);
  max-block-size: calc(100dvh - 2.5em);
  overflow: auto;
  overscroll-behavior: contain;
  padding: 1.125em 1.25em 1.25em;
  border: 1px solid color-mix(in srgb, var(--ink) 14%, transparent);
  border-radius: var(--handrail-radius, .875em);
  background: var(--surface);
  color: var(--ink);
  box-shadow: var(--handrail-shadow, 0 .75em 2.5em rgb(0 0 0 / .18), 0 .125em .5em rgb(0 0 0 / .08));
  font: 1em/1.45 var(--handrail-font, system-ui, sans-serif);
  overflow-wrap: anywhere;
  text-align: start;
}
.kicker {
  margin-block-end: .375em;
  padding-inline-end: 2.5em;
  color: var(--muted);
  font-size: .8125em;
  font-weight: 500;
}
.title { display: block; margin-block-end: .875em; font-size: 1.0625em; font-weight: 650; line-height: 1.35; }
.title + p { margin-block: -.5em 1em; }
.close {
  position: absolute;
  inset-block-start: .5em;
  inset-inline-end: .5em;
  inline-size: 2.25em;
  block-size: 2.25em;
  padding: .5em;
  border: 0;
  border-radius: .5em;
  background: none;
  color: var(--muted);
  font: inherit;
  cursor: pointer;
}
.close:hover { background: color-mix(in srgb, var(--ink) 8%, transparent); color: var(--ink); }
svg { display: block; inline-size: 100%; fill: none; stroke: currentColor; stroke-width: 1.5; stroke-linecap: round; }
:focus-visible, input:focus-visible + span { outline: 2px solid var(--accent); outline-offset: 2px; }
.scale { display: grid; grid-template-columns: repeat(11, 1fr); gap: 2px; }
.score { position: relative; cursor: pointer; }
.score input { position: absolute; inset: 0; inline-size: 100%; block-size: 100%; margin: 0; opacity: 0; cursor: pointer; }
.score span {
  display: grid;
  place-items: center;
  block-size: 2.75em;
  border: 1px solid var(--line);
  border-radius: .375em;
  font-size: .875em;
  font-variant-numeric: tabular-nums;
}
.score:hover span { border-color: var(--accent); background: color-mix(in srgb, var(--accent) 12%, transparent); }
.score input:checked + span { border-color: var(--accent); background: var(--accent); color: var(--on-accent); font-weight: 650; }
.score input:focus-visible + span { position: relative; z-index: 1; }
.ends { display: flex; justify-content: space-between; gap: 1em; margin-block-start: .5em; }
.ends, .hint { color: var(--muted); font-size: .8125em; }
.option {
  display: flex;
  align-items: center;
  gap: .625em;
  margin-block-start: .375em;
  padding: .5625em .75em;
  border: 1px solid var(--line);
  border-radius: .5em;
  cursor: pointer;
}
.option:hover { border-color: var(--accent); }
.option:has(:checked) { border-color: var(--accent); background: color-mix(in srgb, var(--accent) 10%, transparent); }
.option input { flex: none; inline-size: 1.125em; block-size: 1.125em; margin: 0; accent-color: var(--accent); }
.option input:focus-visible { outline: none; }
.option:has(:focus-visible) { outline: 2px solid var(--accent); outline-offset: 2px; }
.option input:focus-visible + span { outline: none; }
.text {
  display: block;
  inline-size: 100%;
  margin: .5em 0 0;
  padding: .5625em .75em;
  border: 1px solid var(--line);
  border-radius: .5em;
  background: var(--surface);
  color: var(--ink);
  font: inherit;
  resize: vertical;
}
.text::placeholder { color: var(--muted); opacity: 1; }
.hint { margin-block-start: .375em; }
.actions { display: flex; flex-wrap: wrap; justify-content: flex-end; gap: .5em; margin-block-start: 1em; }
.button {
  padding: .5625em 1.125em;
  border: 1px solid var(--line);
  border-radius: .5em;
  background: none;
  color: inherit;
  font: inherit;
  font-weight: 600;
  line-height: 1.3;
  text-align: center;
  text-decoration: none;
  cursor: pointer;
}
.button:hover { border-color: var(--ink); }
.primary { border-color: var(--accent); background: var(--accent); color: var(--on-accent); }
.primary:hover { box-shadow: inset 0 0 0 6em rgb(0 0 0 / .1); }
.items { list-style: none; }
.item { display: flex; align-items: center; gap: .75em; padding-block: .5em; border-block-start: 1px solid color-mix(in srgb, var(--ink) 14%, transparent); }
.item img { flex: none; inline-size: 3em; block-size: 3em; border-radius: .375em; object-fit: cover; }
.name { flex: 1; }
.price, .total strong { font-variant-numeric: tabular-nums; white-space: nowrap; }
.items .hint { padding-block-end: .5em; }
.total { display: flex; justify-content: space-between; gap: 1em; padding-block-start: .625em; border-block-start: 1px solid var(--line); }
.thanks { margin-block: .125em; padding-inline-end: 2em; outline: none; }
.unseen { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 480px) {
  :host {
    inset-block-end: 0 !important;
    inset-inline: 0 !important;
    inline-size: auto !important;
    max-inline-size: none !important;
  }
  .card {
    max-block-size: 85vh;
    max-block-size: 85dvh;
    padding: 1em 1em calc(1em + env(safe-area-inset-bottom, 0px));
    border-width: 1px 0 0;
    border-end-start-radius: 0;
    border-end-end-radius: 0;
  }
}
@media (prefers-reduced-motion: no-preference) {
  .card { animation: appear .25s ease-out; }
  @keyframes appear { from { opacity: 0; transform: translateY(.75em); } }
}
@media (forced-colors: active) {
  .score input:checked + span { forced-color-adjust: none; border-color: Highlight; background: Highlight; color: HighlightText; }
  .option:has(:checked) { border-color: Highlight; }
  .primary { border-width: 2px; }
}
@media print {
  :host { display: none !important; }
}
`;
