import { cartItems, emptyCart } from './cart.js';
import { customer, recogniseCustomer } from './customer.js';
import { pushCommerce } from './data-layer.js';
import { formatMoney } from './money.js';
import { showSums } from './order-summary.js';
import { save } from './storage.js';

const items = cartItems();
const form = document.querySelector('form.checkout');

function showOrder() {
  document.querySelector('.order-items').replaceChildren(
    ...items.map(({ item_name, price, quantity }) => {
      const line = document.createElement('li');
      const sum = document.createElement('span');
      sum.textContent = formatMoney(price * quantity);
      line.append(`${quantity} × ${item_name}`, sum);
      return line;
    }),
  );
  showSums(items);
}

function fillInKnownCustomer() {
  const known = customer();
  if (!known) return;
  form.elements.name.value = known.name;
  form.elements.email.value = known.email;
}

// The purchase itself is pushed by the next page, as GA4 advises: a page that is being left may not get it out.
form.addEventListener('submit', (event) => {
  event.preventDefault();
  const { name, email } = Object.fromEntries(new FormData(form));
  recogniseCustomer({ name, email });
  save('order', { transaction_id: `OO-${Date.now().toString(36).toUpperCase()}`, name, items });
  emptyCart();
  location.assign('/thanks');
});

if (items.length === 0) {
  location.replace('/cart');
} else {
  showOrder();
  fillInKnownCustomer();
  pushCommerce('begin_checkout', items);
}
