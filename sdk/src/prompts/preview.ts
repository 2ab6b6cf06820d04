/**
 * A draft on the owner's own page, asked for by its address: nothing is recorded, decided or stored, and no consent is
 * needed for what is about nobody.
 */
import type { Cart } from '../protocol.ts';
import { getPreview } from '../transport.ts';
import type { LoadPromptFile } from './files.ts';
import { stringsIn } from './strings.ts';

/** The owner's own cart would have to be read from the browser's storage. */
const SAMPLE_CART: Cart = {
  items: [{ item_id: 'sample', item_name: 'Sample', price: 20, quantity: 1 }],
  value: 20,
  currency: null,
};

/** In the page's address, `promptId.token`. */
const PARAMETER = 'handrail-preview';

export async function showPreview(
  { endpoint, writeKey }: { endpoint: string; writeKey: string },
  load: LoadPromptFile,
): Promise<void> {
  const asked = new URLSearchParams(location.search).get(PARAMETER) ?? '';
  const token = asked.slice(asked.lastIndexOf('.') + 1);
  const preview = await getPreview(endpoint, writeKey, token);
  if (!preview) return console.warn('handrail: this preview is over, or never was');
  const { prompt, theme } = preview;
  const widgets = await load('widgets');
  const strings = await stringsIn(prompt.language, load);
  if (!widgets.canMount(prompt)) return console.warn('handrail: this page cannot show the prompt');
  widgets.mount(prompt, {
    cart: SAMPLE_CART,
    traits: {},
    theme,
    strings,
    onAnswer() {},
    onEmail() {},
    onEnd() {},
  });
}
