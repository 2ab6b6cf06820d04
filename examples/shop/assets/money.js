const pounds = new Intl.NumberFormat('en-GB', { style: 'currency', currency: 'GBP' });

/** `24` → "£24.00" */
export const formatMoney = (amount) => pounds.format(amount);

/** In pounds. Rounded to the penny, because 0.1 + 0.2 is not 0.3. */
export const totalOf = (items) =>
  Math.round(items.reduce((value, { price, quantity }) => value + price * quantity, 0) * 100) / 100;

const FREE_DELIVERY_FROM = 40;
const DELIVERY = 3.95;

/** What delivering goods of this value costs, in pounds. */
export const deliveryFor = (value) => (value >= FREE_DELIVERY_FROM ? 0 : DELIVERY);
