import type { Cart, CartNudgePrompt } from '@handrail/sdk/protocol';
import { Component } from 'preact';
import { CartSummary } from './cart-summary.tsx';
import { EmailForm, type EmailReply } from './email-form.tsx';
import { Frame, type FrameSetup, TITLE_ID } from './frame.tsx';
import { OfferCode } from './offer-code.tsx';
import { Thanks } from './thanks.tsx';

const REASON_ID = 'reason';

interface CartNudgeProps extends FrameSetup {
  prompt: CartNudgePrompt;
  cart: Cart | null;
  /** The link was followed. */
  onAct: () => void;
  /** The cart is to be sent to this address. */
  onSave: (reply: EmailReply) => void;
}

interface State {
  view: 'cart' | 'save' | 'saved';
}

/** The visitor's own cart, a reason to come back to it, and a way to keep it for later. */
export class CartNudge extends Component<CartNudgeProps, State> {
  override state: State = { view: 'cart' };

  save = (reply: EmailReply): void => {
    this.setState({ view: 'saved' });
    this.props.onSave(reply);
  };

  override render({ prompt, cart, onAct, onSave, ...frame }: CartNudgeProps, { view }: State) {
    const { title, text, action, reason, saveCart } = prompt;
    const { strings, onClose } = frame;
    if (view === 'saved')
      return (
        <Frame {...frame} title={title}>
          <Thanks text={strings.cartSent} onClose={onClose} />
        </Frame>
      );
    return (
      <Frame {...frame} kicker={strings.cart} title={title}>
        <p id={TITLE_ID} class="title">
          {view === 'save' ? saveCart?.label : title}
        </p>
        {view === 'save' && saveCart ? (
          <EmailForm request={saveCart} strings={strings} takesFocus onSend={this.save} />
        ) : (
          <>
            {text && <p class="body">{text}</p>}
            {cart && cart.items.length > 0 && (
              <CartSummary cart={cart} strings={strings} locale={document.documentElement.lang} />
            )}
            {reason && (
              <p id={REASON_ID} class="reason">
                {reason.text}
              </p>
            )}
            {reason?.type === 'offer' && (
              <OfferCode code={reason.code} labelledBy={REASON_ID} strings={strings} />
            )}
            <div class="actions">
              <a class="button primary" href={action.href} onClick={onAct}>
                {action.label}
              </a>
              <button type="button" class="button" onClick={onClose}>
                {strings.notNow}
              </button>
            </div>
            {saveCart && (
              <button type="button" class="link" onClick={() => this.setState({ view: 'save' })}>
                {saveCart.label}
              </button>
            )}
          </>
        )}
      </Frame>
    );
  }
}
