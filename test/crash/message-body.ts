/** A message's body tells its name and is known from it alone: from a few bytes to several pages of the store. */
export function bodyOf(message: string): string {
  let mixed = 0;
  for (const letter of message) mixed = (mixed * 31 + letter.charCodeAt(0)) % 1_000_003;
  const size = mixed % 50 === 0 ? 20_000 : mixed % 1_500;
  return `${message}|${`${message}.`.repeat(Math.ceil(size / message.length))}`;
}

export function messageOf(body: string): string {
  return body.slice(0, body.indexOf('|'));
}
