// IP addresses the server may connect to on behalf of a caller: public unicast addresses, and what the operator allows.
import ipaddr from 'ipaddr.js';

/** Exceptions configured by the operator. */
export interface Allowance {
  /** Addresses or networks, for example `10.20.0.0/16`. */
  readonly networks?: readonly string[];
  readonly ports?: readonly number[];
}

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Global unicast IPv6; everything else is special or unassigned. */
const GLOBAL_IPV6: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3];

const WORDS: Readonly<Record<string, string>> = {
  unspecified: 'an unspecified address',
  broadcast: 'a broadcast address',
  multicast: 'a multicast address',
  linkLocal: 'a link-local address',
  loopback: 'this machine itself',
  carrierGradeNat: 'a private network',
  private: 'a private network',
  uniqueLocal: 'a private network',
  deprecatedSiteLocal: 'a private network',
  ipv4Mapped: 'a translated IPv4 address',
  rfc6145: 'a translated IPv4 address',
  rfc6052: 'a translated IPv4 address',
  '6to4': 'a tunnel',
  teredo: 'a tunnel',
};

/** Null when a connection is allowed, else what kind of address it is. */
export function refusedAddress(text: string, allow: Allowance = {}): string | null {
  if (!ipaddr.isValid(text)) return 'not an IP address';
  const address: Address = ipaddr.parse(text);
  if ((allow.networks ?? []).some((network) => contains(network, address))) return null;
  const range = address.range();
  if (range !== 'unicast') return WORDS[range] ?? 'a reserved address';
  return address instanceof ipaddr.IPv6 && !address.match(GLOBAL_IPV6) ? 'a reserved address' : null;
}

function contains(network: string, address: Address): boolean {
  const [base, bits] = network.includes('/')
    ? ipaddr.parseCIDR(network)
    : ([ipaddr.parse(network), network.includes(':') ? 128 : 32] as [Address, number]);
  return base.kind() === address.kind() && (address as ipaddr.IPv6).match(base as ipaddr.IPv6, bits);
}

/** @throws Error when the text is neither an address nor a network */
export function checkNetwork(network: string): string {
  const valid = network.includes('/')
    ? ipaddr.IPv4.isValidCIDRFourPartDecimal(network) || ipaddr.IPv6.isValidCIDR(network)
    : ipaddr.IPv4.isValidFourPartDecimal(network) || ipaddr.IPv6.isValid(network);
  if (!valid)
    throw new Error(`${JSON.stringify(network)} is neither an IP address nor a network such as 10.20.0.0/16.`);
  return network;
}
