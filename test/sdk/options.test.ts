import { afterEach, describe, expect, test, vi } from 'vitest';
import { readOptions } from '../../sdk/src/config.ts';
import { editDistance, nearest, warnOfOptions } from '../../sdk/src/options-check.ts';

const GOOD = { writeKey: 'pk_test', endpoint: 'https://collect.example' };

afterEach(() => vi.restoreAllMocks());

describe('options', () => {
  test('of a script tag are the same as those of init', () => {
    const fromTag = readOptions({
      ...GOOD,
      consent: 'granted',
      cmp: 'tcf consent-mode',
      whenDenied: 'cookieless',
      dataLayer: 'off',
      off: 'vitals, forms',
      hashRouting: '',
      scrubParams: 'ref',
      clickIdValues: '',
      cookieDomain: 'auto',
      linkDomains: 'a.example b.example',
    });
    const fromInit = readOptions({
      ...GOOD,
      consent: { analytics: 'granted' },
      cmp: ['tcf', 'consent-mode'],
      whenDenied: 'cookieless',
      dataLayer: false,
      off: ['vitals', 'forms'],
      hashRouting: true,
      scrubParams: ['ref'],
      clickIdValues: true,
      cookieDomain: 'auto',
      linkDomains: ['a.example', 'b.example'],
    });
    expect(fromTag).toEqual(fromInit);
  });

  test('have defaults that ask for nothing', () => {
    expect(readOptions(GOOD)).toMatchObject({
      consent: {},
      cmp: [],
      countsRefused: false,
      dataLayer: 'dataLayer',
      off: [],
      hashRouting: false,
      isUsable: true,
      wrong: {},
    });
  });

  test.each([
    [{ ...GOOD, writeKey: '' }, 'writeKey is missing.'],
    [{ ...GOOD, endpoint: 'collect.example' }, 'endpoint is not an http(s) address: collect.example.'],
  ])('without which nothing can work are named: %j', (options, remark) => {
    const { isUsable, wrong } = readOptions(options);
    expect(isUsable).toBe(false);
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    warnOfOptions(wrong);
    expect(warn.mock.calls).toEqual([[`handrail: ${remark}`]]);
  });

  test.each([
    ['an option that there is not', { consnet: 'granted' }],
    ['a decision that is none', { consent: { analytics: 'grantd' } }],
    ['a way of refusing that there is not', { whenDenied: 'cookiless' }],
  ])('%s is told from those there are', (_, wrong) => {
    expect(readOptions({ ...GOOD, ...wrong } as never).wrong).toEqual(wrong);
  });
});

describe('the nearest right option', () => {
  test.each([
    ['wirteKey', 'writeKey'],
    ['consnet', 'consent'],
    ['datalayer', 'dataLayer'],
    ['cookiedomian', 'cookieDomain'],
    ['linkDomain', 'linkDomains'],
    ['whenDenid', 'whenDenied'],
  ])('%s: %s', (given, meant) => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    warnOfOptions({ [given]: 'x' });
    expect(warn.mock.calls).toEqual([[`handrail: there is no option ${given}, did you mean ${meant}?`]]);
  });

  test.each([
    [{ consent: { analytics: 'grantd' } }, 'consent cannot be "grantd", did you mean granted?'],
    [{ cmp: ['gpp', 'tfc'] }, 'cmp cannot be "tfc", did you mean tcf?'],
    [{ whenDenied: 'cookiless' }, 'whenDenied cannot be "cookiless", did you mean cookieless?'],
    [{ off: ['clickz'] }, 'off cannot be "clickz", did you mean clicks?'],
    [{ consent: { analytics: 'yes' } }, 'consent cannot be "yes", it can be granted, denied, pending.'],
    [{ consent: { marketing: true } }, 'consent cannot be "true", it can be granted, denied, pending.'],
  ])('the value %j', (wrong, remark) => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    warnOfOptions(wrong);
    expect(warn.mock.calls).toEqual([[`handrail: ${remark}`]]);
  });

  test('several are one warning', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    warnOfOptions({ consnet: 'granted', offf: 'forms', whenDenied: 'cookiless' });
    expect(warn).toHaveBeenCalledTimes(1);
  });

  test.each(['cfasync', 'nscript', 'rocketSrc', 'cookieconsent', 'turboTrack', 'x'])(
    '%s is somebody else’s attribute',
    (given) => {
      const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
      warnOfOptions({ [given]: '' });
      expect(warn).not.toHaveBeenCalled();
    },
  );

  test.each([
    ['abc', 'abc', 0],
    ['abc', 'acb', 1],
    ['abc', 'ab', 1],
    ['abc', 'xabc', 1],
    ['', 'abc', 3],
  ])('from %j to %j: %i', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
  });

  test('none is near enough', () => {
    expect(nearest('banana', ['apple', 'pear'])).toBeUndefined();
  });
});
