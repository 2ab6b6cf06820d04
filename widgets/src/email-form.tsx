import type { EmailRequest, LeadFormPrompt } from '@handrail/sdk/protocol';
import { Component, type TargetedSubmitEvent } from 'preact';
import { readTyped } from './fields/form.ts';
import { focus } from './focus.ts';
import type { Strings } from './strings.ts';

export interface EmailReply {
  /** Of an address's form; whether there is such a mailbox, only a mail can tell. */
  email: string;
  /** Those that were asked for and filled in. */
  fields: { [field in FieldName]?: string };
  /** The box was ticked. It is a wish: consent it is once the address has confirmed it. */
  marketing: boolean;
}
type FieldName = NonNullable<LeadFormPrompt['fields']>[number];

/** As in SMTP: RFC 5321, section 4.5.3.1.3, less the angle brackets. */
const MAX_EMAIL_CHARS = 254;
const EMAIL = 'email';
const MARKETING = 'marketing';
const ERROR_ID = 'error';
const AUTOCOMPLETE = { name: 'name', company: 'organization', phone: 'tel' } as const;

interface EmailFormProps {
  request: EmailRequest;
  /** [fields=none] */
  fields?: FieldName[] | undefined;
  strings: Strings;
  /** For a form that the visitor asked for: the button that had focus has gone. [takesFocus=false] */
  takesFocus?: boolean;
  onSend: (reply: EmailReply) => void;
}

/** Only the address must be given. */
export class EmailForm extends Component<EmailFormProps, { isMissing: boolean }> {
  override state = { isMissing: false };

  submit = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const { fields = [], onSend } = this.props;
    const form = new FormData(event.currentTarget);
    const email = readTyped(form, EMAIL);
    if (email === null || !event.currentTarget.checkValidity()) {
      this.setState({ isMissing: true });
      event.currentTarget.querySelector('input')?.focus();
      return;
    }
    const typed = fields.map((field) => [field, readTyped(form, field)]).filter(([, text]) => text);
    onSend({ email, fields: Object.fromEntries(typed), marketing: form.has(MARKETING) });
  };

  override render({ request, fields = [], strings, takesFocus }: EmailFormProps) {
    const { isMissing } = this.state;
    return (
      <form noValidate onSubmit={this.submit}>
        <label class="field">
          <span class="label">{strings.email}</span>
          <input
            ref={takesFocus ? focus : null}
            class="text"
            type="email"
            name={EMAIL}
            autocomplete="email"
            required
            maxLength={MAX_EMAIL_CHARS}
            aria-invalid={isMissing}
            aria-describedby={isMissing ? ERROR_ID : undefined}
          />
        </label>
        {isMissing && (
          <p id={ERROR_ID} role="alert" class="error">
            {strings.emailNeeded}
          </p>
        )}
        {fields.map((field) => (
          <label key={field} class="field">
            <span class="label">
              {strings[field]} ({strings.optional})
            </span>
            <input
              class="text"
              inputMode={field === 'phone' ? 'tel' : 'text'}
              name={field}
              autocomplete={AUTOCOMPLETE[field]}
              maxLength={MAX_EMAIL_CHARS}
            />
          </label>
        ))}
        <label class="consent">
          <input type="checkbox" name={MARKETING} />
          <span>{request.consentLabel}</span>
        </label>
        <div class="actions">
          <button type="submit" class="button primary">
            {request.label}
          </button>
          {request.privacyHref && (
            // In a tab of its own: what has been typed here stays.
            <a class="link" href={request.privacyHref} target="_blank" rel="noopener">
              {strings.privacy}
            </a>
          )}
        </div>
      </form>
    );
  }
}
