// On every page: the consent banner, the number of things in the cart, and where we are.

import { cartItems, countOf } from './cart.js';
import { startConsent } from './consent.js';

function showCartCount() {
  const count = countOf(cartItems());
  const badge = document.querySelector('[data-cart-count]');
  badge.textContent = count;
  badge.hidden = count === 0;
}

startConsent();
showCartCount();
window.addEventListener('cart-changed', showCartCount);
window.addEventListener('storage', showCartCount); // the cart changed in another tab
window.addEventListener('pageshow', showCartCount); // back from the back/forward cache

for (const link of document.querySelectorAll('header nav a')) {
  if (link.pathname === location.pathname && !link.hash) link.setAttribute('aria-current', 'page');
}
