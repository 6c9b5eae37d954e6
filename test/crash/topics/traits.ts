/** What a message's name says of it: its attributes, and what the endpoint does with it. */
export interface Traits {
  readonly kind: 'even' | 'odd';
  readonly size: number;
  /** The endpoint's last word on it is no. */
  readonly isRefused: boolean;
}

export function traitsOf(message: string): Traits {
  const mixed = mix(message);
  return { kind: mixed % 2 === 0 ? 'even' : 'odd', size: mixed % 10, isRefused: mixed % 13 === 0 };
}

/** FNV-1a of 32 bits. */
export function mix(text: string): number {
  let mixed = 0x811c9dc5;
  for (const letter of text) mixed = Math.imul(mixed ^ letter.charCodeAt(0), 0x01000193) >>> 0;
  return mixed >>> 0;
}
