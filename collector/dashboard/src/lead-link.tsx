import { leadLabel } from './format.ts';

interface LeadLinkProps {
  lead: { id: string; name: string | null; email: string | null };
  onOpenLead: (leadId: string) => void;
}

/** Who it is, opening the lead's detail. */
export function LeadLink({ lead, onOpenLead }: LeadLinkProps) {
  return (
    <button type="button" class="link" aria-haspopup="dialog" onClick={() => onOpenLead(lead.id)}>
      <bdi>{leadLabel(lead)}</bdi>
    </button>
  );
}
