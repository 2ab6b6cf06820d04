import { decide } from './consent.js';
import { recogniseCustomer } from './customer.js';

const PLANS = { taster: 'Taster', household: 'Household', table: 'Long Table' };

const form = document.querySelector('form.signup');
const plan = PLANS[new URLSearchParams(location.search).get('plan')];
if (plan) {
  const chosen = document.querySelector('[data-plan]');
  chosen.textContent = `You chose the ${plan} plan. Tell us who you are, and the first box is on its way.`;
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const { name, email, offers } = Object.fromEntries(new FormData(form));
  recogniseCustomer({ name, email });
  if (offers) decide({ marketing: 'granted' });
  window.handrail.push(['track', 'sign_up', plan ? { plan } : {}]);

  const welcome = document.querySelector('[data-welcome]');
  welcome.querySelector('h1').textContent = `Welcome, ${name}`;
  document.querySelector('[data-signup]').hidden = true;
  welcome.hidden = false;
  welcome.querySelector('h1').focus();
});
