/**
 * How a text travels: in parts of 140 bytes. https://docs.aws.amazon.com/sns/latest/dg/sms_publish-to-phone.html: 160 characters of the GSM
 * alphabet, 140 of ASCII, or 70 of UCS-2 each; a text that needs several is split between words.
 */
export interface Parts {
  readonly encoding: 'GSM' | 'ASCII' | 'UCS-2';
  readonly parts: readonly string[];
}

/** 3GPP TS 23.038, 6.2.1: the default alphabet, in the order of its codes without the escape. */
const gsm: ReadonlySet<string> = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
/** Its extension: each takes the room of two. */
const gsmExtension: ReadonlySet<string> = new Set('\f^{}\\[~]|€');

export function partsOf(text: string): Parts {
  const characters = [...text];
  if (characters.every((character) => gsm.has(character) || gsmExtension.has(character))) {
    return { encoding: 'GSM', parts: split(characters, 160, (character) => (gsmExtension.has(character) ? 2 : 1)) };
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are ASCII too
  if (/^[\u0000-\u007f]*$/.test(text)) return { encoding: 'ASCII', parts: split(characters, 140, () => 1) };
  return { encoding: 'UCS-2', parts: split(characters, 70, (character) => character.length) };
}

/** As much as fits into each part, up to its last space where it has one. */
function split(characters: readonly string[], roomMax: number, roomOf: (character: string) => number): readonly string[] {
  const parts: string[] = [];
  for (let from = 0; from < characters.length || parts.length === 0; ) {
    const full = from + fitting(characters, from, roomMax, roomOf);
    const space = full < characters.length ? characters.lastIndexOf(' ', full - 1) : -1;
    const to = space > from ? space + 1 : full;
    parts.push(characters.slice(from, to).join(''));
    from = to;
  }
  return parts;
}

/** How many of the characters from there on have room. */
function fitting(characters: readonly string[], from: number, roomMax: number, roomOf: (character: string) => number): number {
  let room = roomMax;
  let count = 0;
  for (let index = from; index < characters.length; index++, count++) {
    room -= roomOf(characters[index] ?? '');
    if (room < 0) break;
  }
  return count;
}
