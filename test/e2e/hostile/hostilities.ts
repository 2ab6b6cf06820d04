import type { Hostility } from './shop.ts';

const POLLUTED_PROTOTYPES = `
  Array.prototype.toJSON = function () { return '[' + this.join(', ') + ']' };
  String.prototype.toJSON = function () { return '"' + this + '"' };
  Array.prototype.each = Array.prototype.forEach;
  Array.prototype.first = function () { return this[0] };
  Object.prototype.hostExtra = function () { return 'extra' };`;
const REPLACED_JSON = `
  window.JSON = { stringify() { return '{"host": "json"' }, parse() { return { host: 'json' } } };`;
const OLD_ARRAY_FROM = `
  Array.from = (given) => {
    if (!('length' in given)) throw new TypeError('not an array');
    return Array.prototype.slice.call(given);
  };`;
/** As polyfills of 2014 had it: \`then\`, and nothing of what came later. */
const OLD_PROMISE = `
  window.Promise = class {
    constructor(run) {
      this.listeners = [];
      const settle = (index) => (value) => {
        this.settled ??= [index, value];
        for (const listener of this.listeners) setTimeout(listener);
      };
      run(settle(0), settle(1));
    }
    then(...handlers) {
      const listener = () => { const [index, value] = this.settled; handlers[index]?.(value) };
      this.listeners.push(listener);
      if (this.settled) setTimeout(listener);
    }
  };`;
const BROKEN_FETCH = `window.fetch = function () { throw new Error("the page's own fetch") };`;
const REJECTING_FETCH = `window.fetch = async () => { throw new Error("the page's own fetch") };`;
export const HOSTILITIES: Record<string, Hostility> = {
  'prototypes with a toJSON and more': { script: POLLUTED_PROTOTYPES },
  'JSON replaced': { script: REPLACED_JSON },
  'an Array.from from before iterables': { script: OLD_ARRAY_FROM },
  'a Promise that can only wait': { script: OLD_PROMISE },
  'a fetch that throws': { script: BROKEN_FETCH },
  'a fetch that rejects': { script: REJECTING_FETCH },
  'all of these at once': {
    script: [POLLUTED_PROTOTYPES, REPLACED_JSON, OLD_ARRAY_FROM, OLD_PROMISE, BROKEN_FETCH].join(''),
  },
  'Q17 Q18 a strict policy with Trusted Types': {
    policy:
      "default-src 'none'; script-src NONCE COLLECTOR; connect-src COLLECTOR; style-src 'none'; img-src data:; form-action 'self'; require-trusted-types-for 'script'; trusted-types 'none'",
  },
  'a policy of nonces alone': {
    policy:
      "default-src 'none'; script-src NONCE 'strict-dynamic'; connect-src COLLECTOR; style-src 'none'; img-src data:; form-action 'self'",
  },
  'Q22 the tag twice': { tags: '<handrail><handrail>' },
};
