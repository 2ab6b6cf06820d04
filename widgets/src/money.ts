/**
 * An amount as the page's readers write it.
 * @param currency ISO 4217, or `null` where the shop never said: then a bare number with two decimals
 * @param locale BCP 47, as in `<html lang>`; empty for the browser's own
 */
export function formatMoney(amount: number, currency: string | null, locale: string): string {
  const twoDecimals = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
  try {
    // Many sites write `en_GB`, which Intl refuses.
    return new Intl.NumberFormat(
      locale.replaceAll('_', '-') || undefined,
      currency ? { style: 'currency', currency } : twoDecimals,
    ).format(amount);
  } catch {
    // Not a currency code, or not a language tag: the shop's mistake must not cost the prompt.
    return `${amount.toFixed(2)} ${currency ?? ''}`.trim();
  }
}
