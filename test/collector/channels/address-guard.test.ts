import { afterEach, describe, expect, it } from 'vitest';
import {
  checkTarget,
  isPublicAddress,
  type Lookup,
} from '../../../collector/src/follow-ups/channels/address-guard.ts';
import { createWebhookChannel } from '../../../collector/src/follow-ups/channels/webhook.ts';
import { type HttpReceiver, startHttpReceiver } from '../../support/http-receiver.ts';

/** A name's answers, one for each time it is asked. */
function scriptedLookup(...answers: string[][]) {
  const asked: string[] = [];
  const lookup: Lookup = async (hostname) => {
    asked.push(hostname);
    const addresses = answers[asked.length - 1] ?? [];
    return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  };
  return { asked, lookup };
}

const webhookTo = (url: string) => ({
  deliveryId: 'dlv_1',
  content: { url, secrets: ['whsec_c2VjcmV0'], payload: { type: 'lead.became_hot' } },
});

describe('Q29 addresses that only this machine or its network can reach', () => {
  it.each([
    ['loopback', '127.0.0.1'],
    ['all of loopback', '127.255.255.254'],
    ['private 10/8', '10.0.0.1'],
    ['private 172.16/12', '172.31.255.255'],
    ['private 192.168/16', '192.168.1.1'],
    ['link-local, cloud metadata', '169.254.169.254'],
    ['carrier-grade NAT', '100.64.0.1'],
    ['unspecified', '0.0.0.0'],
    ['broadcast', '255.255.255.255'],
    ['multicast', '224.0.0.1'],
    ['reserved', '240.0.0.1'],
    ['documentation', '192.0.2.1'],
    ['benchmarking', '198.18.0.1'],
    ['IETF protocol assignments', '192.0.0.192'],
    ["Azure's host agent", '168.63.129.16'],
    ['IPv6 loopback', '::1'],
    ['IPv6 unspecified', '::'],
    ['IPv6 link-local', 'fe80::1'],
    ['IPv6 link-local with a zone', 'fe80::1%eth0'],
    ['IPv6 unique local', 'fd00:ec2::254'],
    ['IPv6 site-local', 'fec0::1'],
    ['IPv6 multicast', 'ff02::1'],
    ['IPv6 documentation', '2001:db8::1'],
    ['IPv4-mapped', '::ffff:127.0.0.1'],
    ['IPv4-mapped in hex', '::ffff:a9fe:a9fe'],
    ['IPv4-compatible', '::127.0.0.1'],
    ['IPv4-translated (RFC 6145)', '::ffff:0:127.0.0.1'],
    ['NAT64 of a private address', '64:ff9b::10.0.0.1'],
    ['NAT64 local use', '64:ff9b:1::8.8.8.8'],
    ['6to4 of a private address', '2002:0a00:0001::1'],
    ['Teredo', '2001::1'],
    ['not an address', 'localhost'],
    ['nothing', ''],
  ])('%s: %s is not public', (_what, address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each([
    ['1.1.1.1'],
    ['172.32.0.1'],
    ['100.128.0.1'],
    ['2606:4700:4700::1111'],
    ['::ffff:1.1.1.1'],
    ['64:ff9b::1.1.1.1'],
  ])('%s is public', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });
});

describe('Q29 targets that are refused', () => {
  it.each([
    ['a private address', 'http://10.0.0.1/hook', 'private_address'],
    ['loopback as one decimal number', 'http://2130706433/', 'private_address'],
    ['loopback in octal', 'http://0177.0.0.1/', 'private_address'],
    ['loopback in hex, shortened', 'http://0x7f.1/', 'private_address'],
    ['loopback with wide full stops', 'http://127。0。0。1/', 'private_address'],
    ['IPv4-mapped loopback', 'http://[::ffff:7f00:1]/', 'private_address'],
    ['IPv6 loopback', 'https://[::1]:8443/', 'private_address'],
    ['cloud metadata', 'http://169.254.169.254/latest/meta-data/', 'private_address'],
    ['a file', 'file:///etc/passwd', 'unsupported_scheme'],
    ['gopher', 'gopher://127.0.0.1:25/', 'unsupported_scheme'],
    ['credentials', 'https://user:secret@hooks.test/', 'credentials_in_url'],
    ['a name that hides the host', 'https://hooks.test@127.0.0.1/', 'credentials_in_url'],
    ['no URL', 'hooks.test/path', 'invalid_url'],
    ['an IPv6 zone', 'http://[fe80::1%25eth0]/', 'invalid_url'],
  ])('%s: %s', async (_what, url, refusal) => {
    const { asked, lookup } = scriptedLookup();
    expect(await checkTarget(url, { lookup })).toMatchObject({ allowed: false, refusal });
    expect(asked).toEqual([]);
  });

  it('a name that resolves to a private address, without telling which', async () => {
    const target = await checkTarget('https://hooks.test/', {
      lookup: scriptedLookup(['10.1.2.3']).lookup,
    });
    expect(target).toMatchObject({ allowed: false, refusal: 'private_address' });
    expect(JSON.stringify(target)).not.toContain('10.1.2.3');
  });

  it('a name with one private address among public ones', async () => {
    const { lookup } = scriptedLookup(['1.1.1.1', 'fd00::1']);
    expect(await checkTarget('https://hooks.test/', { lookup })).toMatchObject({ allowed: false });
  });

  it('localhost, by the real resolver', async () => {
    expect(await checkTarget('http://localhost:8787/')).toMatchObject({
      allowed: false,
      refusal: 'private_address',
    });
  });

  it('a private origin unless exactly this one was allowed', async () => {
    const allowPrivateOrigins = ['http://127.0.0.1:8790'];
    const check = (url: string) => checkTarget(url, { allowPrivateOrigins });
    expect(await check('http://127.0.0.1:8790/hook')).toMatchObject({ allowed: true });
    expect(await check('http://127.0.0.1:8791/hook')).toMatchObject({ allowed: false });
    expect(await check('https://127.0.0.1:8790/hook')).toMatchObject({ allowed: false });
    expect(await check('http://127.0.0.2:8790/hook')).toMatchObject({ allowed: false });
    expect(await check('http://user@127.0.0.1:8790/hook')).toMatchObject({ allowed: false });
  });
});

describe('Q29 the connection goes to the address that was checked', () => {
  const receivers: HttpReceiver[] = [];
  afterEach(async () => {
    await Promise.all(receivers.splice(0).map((receiver) => receiver.close()));
  });

  it('by name, with Host kept, however the name resolves the next time', async () => {
    const checked = await startHttpReceiver();
    const other = await startHttpReceiver(undefined, { host: '127.0.0.2', port: checked.port });
    receivers.push(checked, other);
    const { asked, lookup } = scriptedLookup(['127.0.0.1'], ['127.0.0.2']);
    const origin = `http://rebind.test:${checked.port}`;

    const channel = createWebhookChannel({ lookup, allowPrivateOrigins: [origin] });
    expect(await channel.send(webhookTo(`${origin}/hook`))).toEqual({ outcome: 'sent', detail: '200' });

    expect(asked).toEqual(['rebind.test']);
    expect(checked.received.map(({ headers }) => headers.host)).toEqual([`rebind.test:${checked.port}`]);
    expect(other.received).toEqual([]);
  });

  it('is never made to a private address that follows a public one', async () => {
    const inside = await startHttpReceiver();
    receivers.push(inside);
    // Public by its range, but routed nowhere: the former 6bone.
    const { asked, lookup } = scriptedLookup(['3ffe::1'], ['127.0.0.1']);

    const channel = createWebhookChannel({ lookup, timeoutMs: 300 });
    const result = await channel.send(webhookTo(`http://rebind.test:${inside.port}/`));

    expect(result.outcome).toBe('retry');
    expect(asked).toEqual(['rebind.test']);
    expect(inside.received).toEqual([]);
  });

  it('is not made at all to a name that has turned private since it was saved', async () => {
    const inside = await startHttpReceiver();
    receivers.push(inside);
    const { lookup } = scriptedLookup(['1.1.1.1'], ['127.0.0.1']);
    const url = `http://rebind.test:${inside.port}/`;
    expect(await checkTarget(url, { lookup })).toMatchObject({ allowed: true });

    expect(await createWebhookChannel({ lookup }).send(webhookTo(url))).toMatchObject({
      outcome: 'failed',
      reason: 'blocked_address',
    });
    expect(inside.received).toEqual([]);
  });

  it('does not follow a redirect, not even to an allowed place', async () => {
    const inside = await startHttpReceiver();
    const redirecting = await startHttpReceiver((_request, response) =>
      response.writeHead(307, { location: `${inside.origin}/internal` }).end(),
    );
    receivers.push(inside, redirecting);
    const channel = createWebhookChannel({ allowPrivateOrigins: [redirecting.origin, inside.origin] });
    expect(await channel.send(webhookTo(redirecting.origin))).toEqual({
      outcome: 'retry',
      detail: `307 redirect to ${inside.origin}/internal not followed`,
    });
    expect(inside.received).toEqual([]);
  });
});
