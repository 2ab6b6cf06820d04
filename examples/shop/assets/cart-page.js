import { cartItems, setQuantity } from './cart.js';
import { pushCommerce } from './data-layer.js';
import { formatMoney } from './money.js';
import { showSums } from './order-summary.js';

const list = document.querySelector('.cart-lines');
const lineTemplate = document.getElementById('cart-line');

function lineOf(item) {
  const line = lineTemplate.content.cloneNode(true);
  line.querySelector('img').src = item.image_url;
  line.querySelector('.name').textContent = item.item_name;
  line.querySelector('.price').textContent = formatMoney(item.price * item.quantity);
  const quantity = line.querySelector('input');
  quantity.value = item.quantity;
  quantity.setAttribute('aria-label', `Quantity of ${item.item_name}`);
  quantity.addEventListener('change', () => {
    if (quantity.reportValidity()) setQuantity(item, quantity.valueAsNumber);
  });
  const remove = line.querySelector('button');
  remove.setAttribute('aria-label', `Remove ${item.item_name}`);
  remove.addEventListener('click', () => {
    setQuantity(item, 0);
    document.querySelector('h1').focus(); // the button that had the focus is gone
  });
  return line;
}

function showCart() {
  const items = cartItems();
  document.querySelector('[data-cart="filled"]').hidden = items.length === 0;
  document.querySelector('[data-cart="empty"]').hidden = items.length > 0;
  list.replaceChildren(...items.map(lineOf));
  showSums(items);
}

showCart();
window.addEventListener('cart-changed', showCart);
if (cartItems().length > 0) pushCommerce('view_cart', cartItems());
