import type { ComponentChildren } from 'preact';

interface FactListProps {
  facts: readonly (readonly [label: string, value: ComponentChildren])[];
  isWide?: boolean;
}

/** What is known, each by its name; what is not is left out. */
export function FactList({ facts, isWide = false }: FactListProps) {
  return (
    <dl class={isWide ? 'facts wide' : 'facts'}>
      {facts
        .filter(([, value]) => value)
        .map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
