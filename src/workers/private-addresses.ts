import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Keeps requests to URLs that users name from addresses of this machine and of private networks, whatever name led there. */

/** The code of the fault of `guardedLookup`. */
export const forbiddenCode = 'EFORBIDDEN';

/** Looks at the addresses that are connected to: a name that led elsewhere a moment ago does not help. */
export const guardedLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (fault, addresses) => {
    if (fault !== null) return callback(fault, []);
    const hidden = addresses.find(({ address }) => isPrivate(address));
    if (hidden !== undefined) return callback(Object.assign(new Error(`${hostname} is ${hidden.address}`), { code: forbiddenCode }), []);
    const [first] = addresses;
    return options.all === true ? callback(null, addresses) : callback(null, first?.address ?? '', first?.family);
  });
};

const privateAddresses = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const) {
  privateAddresses.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
  ['::', 127],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  privateAddresses.addSubnet(network, prefix, 'ipv6');
}

/** IPv4 addresses mapped into IPv6 count as what they are. A name is no address, and not private: where it leads is looked at when it is looked up. */
export function isPrivate(address: string): boolean {
  const version = isIP(address);
  return version !== 0 && privateAddresses.check(address, version === 6 ? 'ipv6' : 'ipv4');
}

/** The address or name that a URL leads to. */
export function addressIn(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

export function forbiddenReason(address: string): string {
  return `${address} is an address of this machine or of a private network`;
}
