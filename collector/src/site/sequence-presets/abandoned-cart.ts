import type { SequencePreset } from './preset.ts';

export const abandonedCart: SequencePreset = {
  id: 'abandoned-cart',
  name: 'Abandoned cart',
  purpose:
    'Reminds of a cart that was left behind, offers help a day later, and then lets other customers speak.',
  expects: { touchpoints: [], traits: ['name'], prompts: [] },
  sequence: {
    start: { touchpoint: 'add_to_cart', unless: { touchpoint: 'purchase', within: '1h' } },
    goal: { touchpoint: 'purchase' },
    // Who takes everything out again has decided.
    exit: { all: [{ touchpoint: 'remove_from_cart' }, { not: { cart: { items: { exists: true } } } }] },
    priority: 10,
    steps: [
      { id: 'reminder', after: '1h', send: { channel: 'email', template: 'cart-reminder' } },
      { id: 'offer', after: '24h', send: { channel: 'email', template: 'cart-offer' } },
      { id: 'reviews', after: '48h', send: { channel: 'email', template: 'cart-reviews' } },
    ],
  },
  templates: {
    'cart-reminder': {
      subject: 'Your cart at {{site.name}}',
      text: `Hello {{name|there}},

In case you were interrupted, here is what you had chosen:

{{cart.items|Your cart is as you left it.}}

[Back to my cart]({{site.url}}/cart)

If you have changed your mind, that is fine too.`,
    },
    'cart-offer': {
      subject: 'Can we help with your order?',
      text: `Hello {{name|there}},

Your cart is still there:

{{cart.items|It is as you left it.}}

Is something holding you back, such as delivery, the size, or how to pay? Reply to this mail and a person will help.

[Back to my cart]({{site.url}}/cart)`,
    },
    'cart-reviews': {
      subject: 'What others say about it',
      text: `Hello {{name|there}},

What to expect is best told by those who have bought it already. You find their reviews with each item:

{{cart.items|It is all still in your cart.}}

[See them from my cart]({{site.url}}/cart)

This is our last mail about this cart.`,
    },
  },
};
