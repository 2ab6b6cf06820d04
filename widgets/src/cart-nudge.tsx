import type { Cart, CartItem, CartNudgePrompt } from '@handrail/sdk/protocol';
import { useState } from 'preact/hooks';
import { Frame, TITLE_ID } from './frame.tsx';
import { formatMoney } from './money.ts';
import { strings } from './strings.ts';

/** The card must stay a card; the rest is counted. */
const MAX_ITEMS_SHOWN = 3;

interface CartNudgeProps {
  prompt: CartNudgePrompt;
  cart: Cart | null;
  /** The link was followed. */
  onAct: () => void;
  onClose: () => void;
}

export function CartNudge({ prompt: { title, text, action }, cart, onAct, onClose }: CartNudgeProps) {
  return (
    <Frame kicker={strings.cart} announcement={title} onClose={onClose}>
      <p id={TITLE_ID} class="title">
        {title}
      </p>
      {text && <p>{text}</p>}
      {cart && cart.items.length > 0 && <CartSummary cart={cart} locale={document.documentElement.lang} />}
      <div class="actions">
        <button type="button" class="button" onClick={onClose}>
          {strings.notNow}
        </button>
        <a class="button primary" href={action.href} onClick={onAct}>
          {action.label}
        </a>
      </div>
    </Frame>
  );
}

function CartSummary({ cart, locale }: { cart: Cart; locale: string }) {
  const money = (amount: number): string => formatMoney(amount, cart.currency, locale);
  const hidden = cart.items.length - MAX_ITEMS_SHOWN;
  return (
    <>
      <ul class="items">
        {cart.items.slice(0, MAX_ITEMS_SHOWN).map((item) => (
          <Item key={item.item_id} item={item} money={money} />
        ))}
        {hidden > 0 && <li class="hint">{strings.moreItems(hidden)}</li>}
      </ul>
      <p class="total">
        <span>{strings.total}</span> <strong>{money(cart.value)}</strong>
      </p>
    </>
  );
}

function Item({
  item: { item_id, item_name = item_id, price, quantity = 1, image_url },
  money,
}: {
  item: CartItem;
  money: (amount: number) => string;
}) {
  const [pictureFailed, setPictureFailed] = useState(false);
  return (
    <li class="item">
      {image_url && !pictureFailed && (
        // Beside the name, the picture says nothing more to who can't see it.
        <img src={image_url} alt="" onError={() => setPictureFailed(true)} />
      )}
      <span class="name">{item_name}</span>{' '}
      <span class="price">
        {quantity !== 1 && `${quantity} × `}
        {price !== undefined && money(price)}
      </span>
    </li>
  );
}
