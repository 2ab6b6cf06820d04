import { useCallback } from 'preact/hooks';
import type { Api } from './api.ts';
import type { Lead } from './api-types.ts';
import { DetailDialog } from './detail-dialog.tsx';
import { FactList } from './fact-list.tsx';
import { FollowUpTable } from './follow-up-table.tsx';
import { leadLabel, type SiteFormats, scoreText, words } from './format.ts';
import { LedgerTable } from './ledger-table.tsx';
import { useLive } from './live.ts';
import { TouchpointTable } from './touchpoint-table.tsx';
import { When } from './when.tsx';
import { TemperatureBadge } from './why.tsx';

const MARKETING = { granted: 'Yes', denied: 'No', pending: 'Not asked yet' };

interface LeadDetailProps {
  api: Api;
  leadId: string;
  formats: SiteFormats;
  onClose: () => void;
}

/** One lead in full: its facts, the whole score ledger, its follow-ups and the last touchpoints. */
export function LeadDetail({ api, leadId, formats, onClose }: LeadDetailProps) {
  const detail = useLive(
    useCallback(
      async (signal: AbortSignal) => {
        const [lead, ledger, touchpoints, followUps] = await Promise.all([
          api.lead(leadId, signal),
          api.ledger(leadId, signal),
          api.touchpoints(leadId, signal),
          api.followUps(leadId, signal),
        ]);
        return { lead, ledger, touchpoints, followUps };
      },
      [api, leadId],
    ),
  );
  async function retry(deliveryId: string) {
    await api.retryDelivery(deliveryId);
    detail.refresh();
  }

  const lead = detail.data?.lead;
  return (
    <DetailDialog
      title={lead ? leadLabel(lead) : 'Lead'}
      badge={lead && <TemperatureBadge temperature={lead.temperature} />}
      live={detail}
      onClose={onClose}
    >
      {(data, nowMs) => (
        <>
          <Facts lead={data.lead} score={data.ledger.score} nowMs={nowMs} formats={formats} />
          <LedgerTable ledger={data.ledger} nowMs={nowMs} formats={formats} />
          <FollowUpTable followUps={data.followUps} nowMs={nowMs} formats={formats} onRetry={retry} />
          <TouchpointTable touchpoints={data.touchpoints} nowMs={nowMs} formats={formats} />
        </>
      )}
    </DetailDialog>
  );
}

interface FactsProps {
  lead: Lead;
  /** The ledger's: read at the same moment as its entries. */
  score: number;
  nowMs: number;
  formats: SiteFormats;
}

function Facts({ lead, score, nowMs, formats }: FactsProps) {
  const facts = [
    ['Score', scoreText(score)],
    ['Stage', words(lead.stage)],
    ['Fit', lead.fit],
    ['E-mail', lead.email],
    ['May be e-mailed', MARKETING[lead.consent.marketing]],
    ['Flags', lead.flags.map(words).join(', ')],
    ['Came by', lead.source && words(lead.source.first.channel)],
    ['Sessions', String(lead.sessionCount)],
    ['Touchpoints', String(lead.touchpointCount)],
    ['First seen', <When key="first" iso={lead.firstSeenAt} nowMs={nowMs} formats={formats} />],
    ['Last seen', <When key="last" iso={lead.lastSeenAt} nowMs={nowMs} formats={formats} />],
    ['Cools', lead.coolsAt && <When key="cools" iso={lead.coolsAt} nowMs={nowMs} formats={formats} />],
  ] as const;
  return <FactList facts={facts} isWide />;
}
