import type { Touchpoint } from './api-types.ts';
import { type SiteFormats, words } from './format.ts';
import { pageText } from './page-text.ts';
import { When } from './when.tsx';

/** The touchpoints whose `value` is money: https://developers.google.com/analytics/devguides/collection/ga4/ecommerce */
const COMMERCE = new Set([
  'view_item',
  'add_to_cart',
  'remove_from_cart',
  'view_cart',
  'begin_checkout',
  'purchase',
]);

interface TouchpointTableProps {
  touchpoints: Touchpoint[];
  nowMs: number;
  formats: SiteFormats;
}

export function TouchpointTable({ touchpoints, nowMs, formats }: TouchpointTableProps) {
  return (
    <table>
      <caption>Last touchpoints</caption>
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">Where</th>
          <th scope="col">When</th>
          <th scope="col" class="number">
            Value
          </th>
        </tr>
      </thead>
      <tbody>
        {touchpoints.map((touchpoint) => (
          <tr key={touchpoint.messageId}>
            <td>{words(touchpoint.name)}</td>
            <td>
              <bdi>{pageText(touchpoint.page)}</bdi>
            </td>
            <td>
              <When iso={touchpoint.timestamp} nowMs={nowMs} formats={formats} />
            </td>
            <td class="number">{moneyText(touchpoint, formats)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function moneyText({ name, properties }: Touchpoint, formats: SiteFormats): string {
  const { value, currency } = properties;
  return COMMERCE.has(name) && typeof value === 'number' ? formats.money(value, currency) : '';
}
