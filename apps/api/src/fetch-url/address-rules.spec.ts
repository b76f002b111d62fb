import { describe, expect, it } from '@jest/globals';
import { checkNetwork, refusedAddress } from './address-rules.js';

describe('refused addresses', () => {
  it.each([
    ['127.0.0.1', 'this machine itself'],
    ['127.255.255.254', 'this machine itself'],
    ['::1', 'this machine itself'],
    ['169.254.0.1', 'link-local'],
    ['169.254.169.254', 'link-local'],
    ['fe80::1', 'link-local'],
    ['febf::1', 'link-local'],
    ['10.0.0.1', 'private'],
    ['10.255.255.255', 'private'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['192.168.1.1', 'private'],
    ['100.64.0.1', 'private'],
    ['100.127.255.255', 'private'],
    ['fc00::1', 'private'],
    ['fdff::1', 'private'],
    ['fec0::1', 'private'],
    ['0.0.0.0', 'unspecified'],
    ['0.1.2.3', 'unspecified'],
    ['::', 'unspecified'],
    ['224.0.0.1', 'multicast'],
    ['239.255.255.255', 'multicast'],
    ['ff02::1', 'multicast'],
    ['255.255.255.255', 'broadcast'],
    ['192.0.2.1', 'reserved'],
    ['198.51.100.7', 'reserved'],
    ['203.0.113.9', 'reserved'],
    ['198.18.0.1', 'reserved'],
    ['192.0.0.1', 'reserved'],
    ['240.0.0.1', 'reserved'],
    ['2001:db8::1', 'reserved'],
    ['100::1', 'reserved'],
    ['::ffff:127.0.0.1', 'translated'],
    ['::ffff:8.8.8.8', 'translated'],
    ['::ffff:a00:1', 'translated'],
    ['64:ff9b::a00:1', 'translated'],
    ['64:ff9b:1::1', 'translated'],
    ['::ffff:0:a00:1', 'translated'],
    ['2002:a00:1::', 'tunnel'],
    ['2002:7f00:1::1', 'tunnel'],
    ['2001:0:1::1', 'tunnel'],
    ['::7f00:1', 'reserved'],
    ['::a00:1', 'reserved'],
    ['4000::1', 'reserved'],
    ['5f00::1', 'reserved'],
    ['', 'not an IP address'],
    ['localhost', 'not an IP address'],
  ])('%s: %s', (address, what) => {
    expect(refusedAddress(address)).toContain(what);
  });
});

describe('allowed addresses', () => {
  it.each([
    '1.1.1.1',
    '8.8.8.8',
    '172.15.255.255',
    '172.32.0.1',
    '100.63.255.255',
    '100.128.0.1',
    '169.253.255.255',
    '192.169.0.1',
    '223.255.255.255',
    '2606:4700::1111',
    '2a00:1450:4001::200e',
  ])('%s', (address) => {
    expect(refusedAddress(address)).toBeNull();
  });
});

describe('the operator allowance', () => {
  const allow = { networks: ['10.20.0.0/16', '192.168.7.7', 'fd12:3456::/32'] };
  it.each([
    ['10.20.255.1', true],
    ['10.21.0.1', false],
    ['192.168.7.7', true],
    ['192.168.7.8', false],
    ['fd12:3456::9', true],
    ['fd12:3457::9', false],
    ['::ffff:10.20.0.1', false],
    ['127.0.0.1', false],
  ])('%s: %s', (address, allowed) => {
    expect(refusedAddress(address, allow) === null).toBe(allowed);
  });

  it('accepts networks in canonical spelling only', () => {
    for (const right of ['10.0.0.0/8', '10.1.2.3', '::1', 'fd00::/8']) expect(checkNetwork(right)).toBe(right);
    for (const wrong of ['', '10', '10.0.0.0/33', '0x0a000001', 'studio.lan', '10.0.0.0/8/8', 'fd00::/129'])
      expect(() => checkNetwork(wrong)).toThrow(/neither an IP address nor a network/);
  });
});
