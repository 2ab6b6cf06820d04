import type { Cart, CartItem } from '@handrail/sdk/protocol';
import { formatMoney } from './money.ts';
import { recall } from './recall.ts';
import type { Strings } from './strings.ts';

/** The card must stay a card; the rest is counted. */
const MAX_ITEMS_SHOWN = 3;

interface CartSummaryProps {
  cart: Cart;
  strings: Strings;
  /** BCP 47: how the shop writes its prices. */
  locale: string;
}

export function CartSummary({ cart, strings, locale }: CartSummaryProps) {
  const money = (amount: number): string => formatMoney(amount, cart.currency, locale);
  const hidden = cart.items.length - MAX_ITEMS_SHOWN;
  return (
    <>
      <ul class="items">
        {cart.items.slice(0, MAX_ITEMS_SHOWN).map((item) => (
          <Item key={item.item_id} item={item} money={money} />
        ))}
        {hidden > 0 && <li class="hint">{recall(strings.moreItems, () => hidden)}</li>}
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
  return (
    <li class="item">
      {image_url && (
        // Beside the name, the picture says nothing more to who can't see it.
        <img
          src={image_url}
          alt=""
          onError={({ currentTarget }) => {
            currentTarget.hidden = true;
          }}
        />
      )}
      <span class="name">{item_name}</span>{' '}
      <span class="price">
        {quantity !== 1 && `${quantity} × `}
        {price !== undefined && money(price)}
      </span>
    </li>
  );
}
