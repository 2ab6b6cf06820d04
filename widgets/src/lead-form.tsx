import type { LeadFormPrompt } from '@handrail/sdk/protocol';
import { Component } from 'preact';
import { EmailForm, type EmailReply } from './email-form.tsx';
import { Frame, type FrameSetup, TITLE_ID } from './frame.tsx';
import { Thanks } from './thanks.tsx';

interface LeadFormProps extends FrameSetup {
  prompt: LeadFormPrompt;
  onSend: (reply: EmailReply) => void;
}

/** Asks for an address, then says thanks. */
export class LeadForm extends Component<LeadFormProps, { isSent: boolean }> {
  override state = { isSent: false };

  send = (reply: EmailReply): void => {
    this.setState({ isSent: true });
    this.props.onSend(reply);
  };

  override render({ prompt, onSend, ...frame }: LeadFormProps) {
    const { title, text, fields, thanks = frame.strings.thanks } = prompt;
    return (
      <Frame {...frame} title={title}>
        {this.state.isSent ? (
          <Thanks text={thanks} onClose={frame.onClose} />
        ) : (
          <>
            <p id={TITLE_ID} class="title">
              {title}
            </p>
            {text && <p class="body">{text}</p>}
            <EmailForm request={prompt} fields={fields} strings={frame.strings} onSend={this.send} />
          </>
        )}
      </Frame>
    );
  }
}
