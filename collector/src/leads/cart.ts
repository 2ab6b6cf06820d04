/** The cart that a commerce touchpoint tells of. */
import { valueAt } from '@handrail/sdk/condition';
import type { Cart, CartItem } from '@handrail/sdk/protocol';
import type { Touchpoint } from './touchpoint.ts';

/** The whole cart where the sender gave it (`cart`), empty after a purchase, else unknown: `undefined`. */
export function cartAfter({ name, properties }: Touchpoint): Cart | null | undefined {
  if (name === 'purchase') return null;
  const { cart } = properties;
  if (cart === undefined) return undefined;
  const items = valueAt(cart, 'items');
  if (!Array.isArray(items)) return undefined;
  const known = items.filter(isCartItem);
  if (known.length === 0) return null;
  const value = valueAt(cart, 'value');
  const currency = valueAt(cart, 'currency');
  return {
    items: known,
    value:
      typeof value === 'number'
        ? value
        : known.reduce((sum, item) => sum + (item.price ?? 0) * (item.quantity ?? 1), 0),
    currency: typeof currency === 'string' ? currency : null,
  };
}

function isCartItem(item: unknown): item is CartItem {
  const fits = (path: string, type: 'number' | 'string') => {
    const value = valueAt(item, path);
    return value === undefined || typeof value === type;
  };
  return (
    typeof valueAt(item, 'item_id') === 'string' &&
    fits('item_name', 'string') &&
    fits('price', 'number') &&
    fits('quantity', 'number')
  );
}
