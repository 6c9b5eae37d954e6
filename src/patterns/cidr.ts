import { isIP } from 'node:net';

/** A block of IP addresses. Addresses of the other version are never in it. */
export class Cidr {
  private constructor(
    readonly version: 4 | 6,
    /** The bits that all addresses of the block begin with, as text of 0 and 1. */
    readonly prefix: string,
  ) {}

  /** Undefined for an address that is none, and for more bits than it has. */
  static of(address: string, bits: number): Cidr | undefined {
    const all = addressBits(address);
    return all === undefined || bits > all.length ? undefined : new Cidr(all.length === 32 ? 4 : 6, all.slice(0, bits));
  }

  holds(address: string): boolean {
    const bits = addressBits(address);
    return bits !== undefined && bits.length === (this.version === 4 ? 32 : 128) && bits.startsWith(this.prefix);
  }
}

/** 32 or 128 characters of 0 and 1; undefined for what is no IP address. */
export function addressBits(address: string): string | undefined {
  switch (isIP(address)) {
    case 4:
      return octetBits(address);
    case 6:
      return address.includes('%') ? undefined : groupBits(address);
    default:
      return undefined;
  }
}

function octetBits(address: string): string {
  return address
    .split('.')
    .map((octet) => Number(octet).toString(2).padStart(8, '0'))
    .join('');
}

/** RFC 4291: groups of 16 bits, one run of zero groups as `::`, the last two groups possibly as an IPv4 address. */
function groupBits(address: string): string {
  const [head = '', tail] = address.split('::');
  const before = groupsOf(head);
  const after = tail === undefined ? '' : groupsOf(tail);
  return before + '0'.repeat(128 - before.length - after.length) + after;
}

function groupsOf(text: string): string {
  if (text === '') return '';
  return text
    .split(':')
    .map((group) => (group.includes('.') ? octetBits(group) : Number.parseInt(group, 16).toString(2).padStart(16, '0')))
    .join('');
}
