/** `content` is XML already. */
export function element(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}

export function elementOrEmpty(name: string, content: string): string {
  return content === '' ? `<${name}/>` : element(name, content);
}

// Besides markup: a carriage return, which XML parsers would turn into a line feed, and what XML 1.0 cannot hold at all.
// biome-ignore lint/suspicious/noControlCharactersInRegex: the control characters are what is looked for
const special = /[&<>"\r\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\ud800-\udfff]/u;
const everySpecial = new RegExp(special, 'gu');

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\r': '&#xD;' };

/** Text as XML content. Characters that XML cannot hold (only error texts that echo bad input have any) become U+FFFD. */
export function escapeText(text: string): string {
  return special.test(text) ? text.replace(everySpecial, (character) => escapes[character] ?? '\ufffd') : text;
}
