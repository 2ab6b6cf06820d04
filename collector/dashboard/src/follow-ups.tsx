import { useState } from 'preact/hooks';
import type { Api } from './api.ts';
import { Endpoints } from './endpoints.tsx';
import type { SiteFormats } from './format.ts';
import { useLive } from './live.ts';
import { Skeleton } from './panel.tsx';
import { SequenceDetail } from './sequence-detail.tsx';
import { Sequences } from './sequences.tsx';

interface FollowUpsProps {
  api: Api;
  formats: SiteFormats;
}

/** What goes out by itself, what it brings, and where it goes to. */
export function FollowUps({ api, formats }: FollowUpsProps) {
  const sequences = useLive(api.sequences);
  const endpoints = useLive(api.endpoints);
  const [openId, setOpenId] = useState<string | null>(null);

  const loading = [sequences, endpoints].some((live) => live.triedAtMs === 0);
  if (loading) return <Skeleton names={['sequences', 'endpoints']} />;
  return (
    <>
      <main class="panels panels-two">
        <Sequences sequences={sequences} formats={formats} onOpen={setOpenId} />
        <Endpoints endpoints={endpoints} api={api} formats={formats} />
      </main>
      {openId !== null && (
        <SequenceDetail
          key={openId}
          api={api}
          sequenceId={openId}
          formats={formats}
          onClose={() => setOpenId(null)}
        />
      )}
    </>
  );
}
