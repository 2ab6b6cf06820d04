import { expect, test } from 'vitest';
import { formatMoney } from '../../widgets/src/money.ts';

test.each([
  { amount: 24, currency: 'GBP', locale: 'en-GB', shown: '£24.00', why: 'as its readers write it' },
  { amount: 1234.5, currency: 'EUR', locale: 'de', shown: '1.234,50 €', why: 'in the language of the page' },
  { amount: 1200, currency: 'JPY', locale: 'en', shown: '¥1,200', why: 'with the decimals of its currency' },
  { amount: 9.5, currency: 'GBP', locale: 'en_GB', shown: '£9.50', why: 'where the page writes en_GB' },
  {
    amount: 9.5,
    currency: null,
    locale: 'en',
    shown: '9.50',
    why: 'as a number where the shop has no currency',
  },
  {
    amount: 9.5,
    currency: 'pounds',
    locale: 'en',
    shown: '9.50 pounds',
    why: 'where the currency is no code',
  },
  {
    amount: 9.5,
    currency: 'GBP',
    locale: '!!',
    shown: '9.50 GBP',
    why: 'where the page has no real language',
  },
])('a price is shown $why', ({ amount, currency, locale, shown }) => {
  expect(formatMoney(amount, currency, locale).replaceAll('\u00a0', ' ')).toBe(shown);
});
