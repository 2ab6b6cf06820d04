/**
 * Mails that a visitor asks for in a prompt: the link that confirms an address (double opt-in), and the cart. They are
 * sequences like the owner's own, so that retries, leases and "once" hold for them; but as they were asked for,
 * neither consent nor quiet hours nor the contact budget stops them. Only a suppression does.
 */
import type { Cart } from '@handrail/sdk/protocol';
import type { Site } from '../site/schema.ts';
import type { MessageTemplate } from './channels/template.ts';

/** Owners' ids have no underscore. */
export const TRANSACTIONAL_IDS = ['confirm_email', 'saved_cart'] as const;
type TransactionalId = (typeof TRANSACTIONAL_IDS)[number];

export const isTransactional = (sequenceId: string): sequenceId is TransactionalId =>
  (TRANSACTIONAL_IDS as readonly string[]).includes(sequenceId);

/** The touchpoint that a confirmed address leaves behind. */
export const EMAIL_CONFIRMED = 'email_confirmed';

/** A site's own `templates` of these names are used in their stead. */
export const TRANSACTIONAL_TEMPLATES: { readonly [id: string]: MessageTemplate } = {
  'confirm-email': {
    subject: 'Please confirm your address',
    text: `Hello,

you, or somebody with your address, asked {{site.name}} to write to you. If it was you, please confirm:

{{confirmUrl}}

If it was not, do nothing: without it you get no mail from us.`,
  },
  'saved-cart': {
    subject: 'Your cart at {{site.name}}',
    text: `Hello,

as you asked, here is your cart:

{{cart.items|It is empty by now.}}

Go on where you left off: {{site.url|it waits for you on our site.}}`,
  },
};

/**
 * What a page said of a person or a cart goes to an address that nobody has confirmed: whoever knows the public key
 * could write a letter of their own with it. A text that a mail program would make a link of is left out.
 */
export function withoutLinks(fields: object, cart: Cart | null): object {
  const harmless = Object.entries(fields).filter(([name, value]) => OURS.has(name) || !isLinkLike(value));
  const items = cart?.items.slice(0, MAX_ITEMS).map((item) => {
    const name = item.item_name ?? item.item_id;
    return { ...item, item_name: isLinkLike(name) ? 'an item' : name };
  });
  return { ...Object.fromEntries(harmless), cart: { ...cart, items } };
}

const OURS: ReadonlySet<string> = new Set(['site', 'confirmUrl']);
const MAX_ITEMS = 20;
const MAX_NAME_CHARS = 80;
/** `shop.example` as well as `https://…`. */
const LINK = /:\/\/|www\.|[^\s.]\.[a-z]{2,}/i;
const isLinkLike = (value: unknown): boolean =>
  typeof value === 'string' ? value.length > MAX_NAME_CHARS || LINK.test(value) : typeof value === 'object';

/** Somebody who asks again and again gets one a day. */
const ONCE_ASKED_FOR = { priority: 0, holdout: 0, reentry: '1d', paused: false } as const;
const EXPIRES = '24h';

/** The sequences behind those prompts of a site that ask for an address. */
export function transactionalSequences({ prompts }: Pick<Site, 'prompts'>): Site['sequences'] {
  const asking = prompts.filter((each) => each.type === 'lead_form' || ('saveCart' in each && each.saveCart));
  if (asking.length === 0) return [];
  const promptId = { in: asking.map(({ id }) => id) };
  const consented = { promptId, marketing: true };
  return [
    {
      id: 'confirm_email' satisfies TransactionalId,
      start: {
        any: [
          { touchpoint: 'generate_lead', where: consented },
          { touchpoint: 'cart_saved', where: consented },
        ],
      },
      ...ONCE_ASKED_FOR,
      steps: [
        {
          after: '0s',
          expires: EXPIRES,
          if: { not: { touchpoint: EMAIL_CONFIRMED } },
          send: { channel: 'email', template: 'confirm-email' },
        },
      ],
    },
    {
      id: 'saved_cart' satisfies TransactionalId,
      start: { touchpoint: 'cart_saved', where: { promptId } },
      ...ONCE_ASKED_FOR,
      steps: [{ after: '0s', expires: EXPIRES, send: { channel: 'email', template: 'saved-cart' } }],
    },
  ];
}
