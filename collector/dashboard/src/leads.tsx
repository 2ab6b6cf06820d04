import { type Api, hasStatus } from './api.ts';
import type { Contribution, Lead } from './api-types.ts';
import { type SiteFormats, scoreText, words } from './format.ts';
import { LeadLink } from './lead-link.tsx';
import type { Live } from './live.ts';
import { Panel } from './panel.tsx';
import { When } from './when.tsx';
import { TemperatureBadge, Why } from './why.tsx';

export interface ExplainedLead {
  lead: Lead;
  entries: Contribution[];
}

/** The hottest leads, each with what its score is made of. */
export async function loadHottest(api: Api, signal: AbortSignal): Promise<ExplainedLead[]> {
  const leads = await api.leads(signal);
  const explained = await Promise.all(
    leads.map(async (lead) => {
      try {
        return { lead, entries: (await api.ledger(lead.id, signal)).entries };
      } catch (error) {
        // Merged into another lead, or erased, since the list was read: it is no longer one of the hottest.
        if (hasStatus(error, 404)) return null;
        throw error;
      }
    }),
  );
  return explained.filter((each) => each !== null);
}

interface LeadsProps {
  leads: Live<ExplainedLead[]>;
  formats: SiteFormats;
  onOpenLead: (leadId: string) => void;
}

export function Leads({ leads, formats, onOpenLead }: LeadsProps) {
  return (
    <Panel title="Hottest leads" name="leads" live={leads} formats={formats} empty={<NoLeads />}>
      {(items) => (
        <ol class="rows">
          {items.map((each) => (
            <LeadRow
              key={each.lead.id}
              {...each}
              nowMs={leads.triedAtMs}
              formats={formats}
              onOpenLead={onOpenLead}
            />
          ))}
        </ol>
      )}
    </Panel>
  );
}

interface LeadRowProps extends ExplainedLead {
  nowMs: number;
  formats: SiteFormats;
  onOpenLead: (leadId: string) => void;
}

function LeadRow({ lead, entries, nowMs, formats, onOpenLead }: LeadRowProps) {
  return (
    <li class="row lead">
      <p class="score">
        <span class="visually-hidden">Score </span>
        {scoreText(lead.score)}
      </p>
      <div class="row-main">
        <h3>
          <LeadLink lead={lead} onOpenLead={onOpenLead} /> <TemperatureBadge temperature={lead.temperature} />
        </h3>
        {lead.name && lead.email && (
          <p class="muted small">
            <bdi>{lead.email}</bdi>
          </p>
        )}
        <Why entries={entries} />
        <dl class="facts">
          <div>
            <dt>Stage</dt>
            <dd>{words(lead.stage)}</dd>
          </div>
          {lead.fit && (
            <div>
              <dt>Fit</dt>
              <dd>{lead.fit}</dd>
            </div>
          )}
          <div>
            <dt>Seen</dt>
            <dd>
              <When iso={lead.lastSeenAt} nowMs={nowMs} formats={formats} />
            </dd>
          </div>
          {lead.coolsAt && (
            <div>
              <dt>Cools</dt>
              <dd>
                <When iso={lead.coolsAt} nowMs={nowMs} formats={formats} />
              </dd>
            </div>
          )}
        </dl>
      </div>
    </li>
  );
}

function NoLeads() {
  return (
    <>
      <p>
        <strong>No leads yet.</strong> Put the script tag on a page of your site, with your write key, then
        open that page:
      </p>
      <pre>
        <code>{`<script async src="${location.origin}/handrail.js"\n        data-write-key="pk_…"></script>`}</code>
      </pre>
    </>
  );
}
