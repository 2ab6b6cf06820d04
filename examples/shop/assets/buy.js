// Pages with things to buy. Each buy form holds its GA4 item as form fields.

import { addToCart } from './cart.js';
import { pushCommerce } from './data-layer.js';

function itemOf(form) {
  const fields = Object.fromEntries(new FormData(form));
  return {
    ...fields,
    price: Number(fields.price),
    quantity: Number(fields.quantity),
    image_url: new URL(fields.image_url, location.href).href,
  };
}

const forms = [...document.querySelectorAll('form.buy')];

if (forms.length === 1) pushCommerce('view_item', [itemOf(forms[0])]);

for (const form of forms) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    addToCart(itemOf(form));
    form.querySelector('[role="status"]').innerHTML = 'Added. <a href="/cart">See your cart</a>';
  });
}
