/** Drawn in the colour of the text, which forced colours replace. Whoever shows one names it. */

import type { ComponentChildren } from 'preact';

function Picture({ children }: { children: ComponentChildren }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      {children}
    </svg>
  );
}

export function Star() {
  return (
    <Picture>
      <path d="m12 3 2.8 5.7 6.2.9-4.5 4.4 1.1 6.2L12 17.3l-5.6 2.9 1.1-6.2L3 9.6l6.2-.9z" />
    </Picture>
  );
}

/** @param score 1, with the corners of its mouth down, to 5 */
export function Face({ score }: { score: number }) {
  const bend = (score - 3) * 2;
  return (
    <Picture>
      <path
        d={`M2 12a10 10 0 0 0 20 0a10 10 0 0 0-20 0m6.5-3v1.5m7-1.5v1.5M7.5 ${15.5 - bend / 4}q4.5 ${bend} 9 0`}
      />
    </Picture>
  );
}

export function Thumb({ isDown }: { isDown?: boolean }) {
  return (
    <Picture>
      <path
        transform={isDown ? 'matrix(1 0 0 -1 0 24)' : undefined}
        d="M7 10.5V21H3.500V10.500zL11.5 2.500a2.5 2.5 0 0 1 2.5 3L13.5 9H19a2 2 0 0 1 2 2.400l-1.5 8A2 2 0 0 1 17.5 21H7"
      />
    </Picture>
  );
}
