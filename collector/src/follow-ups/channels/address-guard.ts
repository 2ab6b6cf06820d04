/**
 * Keeps a webhook's URL, which a site's owner types in, from reaching what only this machine can reach: itself,
 * its network, its cloud's metadata (server-side request forgery).
 *
 * A name is resolved once and the connection goes to the addresses that were checked. Whoever resolves a second
 * time to connect can be given another answer (DNS rebinding).
 */

import type { LookupAddress } from 'node:dns';
import { lookup as systemLookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** All addresses of a host name. Rejects where there is none. */
export type Lookup = (hostname: string) => Promise<LookupAddress[]>;

export interface AddressGuardOptions {
  /**
   * Origins, such as `http://127.0.0.1:8790`, that may be private: for development and tests.
   * They must match exactly. [allowPrivateOrigins=[]]
   */
  allowPrivateOrigins?: readonly string[];
  /** [lookup=the system's resolver] */
  lookup?: Lookup;
}

/** @param environment its `HANDRAIL_ALLOW_PRIVATE_ORIGINS`: origins with commas between */
export function guardOptionsIn({
  HANDRAIL_ALLOW_PRIVATE_ORIGINS: origins = '',
}: Record<string, string | undefined>): AddressGuardOptions {
  const allowPrivateOrigins = origins
    .split(',')
    .map((origin) => origin.trim())
    .filter(Boolean);
  return { allowPrivateOrigins };
}

export type Refusal = 'invalid_url' | 'unsupported_scheme' | 'credentials_in_url' | 'private_address';

export type Target =
  /** `addresses` are all there is to connect to: see `pinnedLookup`. */
  | { allowed: true; url: URL; addresses: LookupAddress[] }
  | { allowed: false; refusal: Refusal; detail: string };

/** Rejects only where the host's name can't be resolved. */
export async function checkTarget(
  target: string,
  { allowPrivateOrigins = [], lookup = lookupAll }: AddressGuardOptions = {},
): Promise<Target> {
  // Also brings every spelling of an address (`2130706433`, `0x7f.1`, `0177.0.0.1`, `127。0。0。1`) into one form.
  const url = URL.parse(target);
  if (!url) return refuse('invalid_url', 'not a URL');
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return refuse('unsupported_scheme', `${url.protocol} is neither https: nor http:`);
  if (url.username || url.password)
    return refuse('credentials_in_url', 'a URL must not hold a user name or password');

  const host = url.hostname.replace(/^\[|\]$/g, '');
  const family = isIP(host);
  const addresses = family ? [{ address: host, family }] : await lookup(host);
  const allowPrivate = allowPrivateOrigins.includes(url.origin);
  // One private address among public ones is enough to refuse: which of them is taken is not ours to choose.
  // The address stays out of the detail, which would else tell an owner about the operator's network.
  if (!allowPrivate && !addresses.every(({ address }) => isPublicAddress(address)))
    return refuse('private_address', `${url.host} is not a public address`);
  return { allowed: true, url, addresses };
}

function refuse(refusal: Refusal, detail: string): Target {
  return { allowed: false, refusal, detail };
}

function lookupAll(hostname: string): Promise<LookupAddress[]> {
  return systemLookup(hostname, { all: true });
}

/** For `net.connect`: whatever the name, these addresses. */
export function pinnedLookup(addresses: LookupAddress[]): LookupFunction {
  return (_hostname, { all }, callback) => {
    const [first] = addresses;
    if (all) callback(null, addresses);
    else if (first) callback(null, first.address, first.family);
    else callback(new Error('no address'), '');
  };
}

/** The whole of what is assigned for use on the public Internet: https://www.iana.org/assignments/ipv6-address-space */
const GLOBAL_UNICAST_V6 = ipaddr.IPv6.parseCIDR('2000::/3');

/** RFC 6052: the last 32 bits are the IPv4 address that the network translates to. */
const NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96');

/**
 * Azure's host agent answers each virtual machine here, on what looks like a public address:
 * https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
 */
const AZURE_WIRE_SERVER = '168.63.129.16';

/** Whether the address is reachable by anybody, so that we give nothing away by connecting to it. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.kind() === 'ipv4')
    return parsed.range() === 'unicast' && parsed.toString() !== AZURE_WIRE_SERVER;

  const v6 = parsed as ipaddr.IPv6;
  const range = v6.range();
  // These two only carry an IPv4 address: `::ffff:10.0.0.1` connects to 10.0.0.1, and a NAT64 network,
  // where every IPv4-only receiver looks like this, makes the same of `64:ff9b::a00:1`.
  if (range === 'ipv4Mapped' || v6.match(NAT64)) return isPublicAddress(embeddedV4(v6));
  return range === 'unicast' && v6.match(GLOBAL_UNICAST_V6);
}

function embeddedV4(v6: ipaddr.IPv6): string {
  return v6.toByteArray().slice(-4).join('.');
}
