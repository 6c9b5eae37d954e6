/** The little of the language of Graphviz that is needed. https://graphviz.org/doc/info/lang.html */

/** A label of lines that are set each in its own way. */
export interface Markup {
  readonly html: string;
}

export interface Line {
  readonly text: string;
  readonly size: number;
  readonly color: string;
}

export function attributes(given: Readonly<Record<string, string | number | boolean | Markup>>): string {
  return `[${Object.entries(given)
    .map(([name, value]) => `${name}=${typeof value === 'object' ? `<${value.html}>` : quoted(String(value))}`)
    .join(', ')}]`;
}

export function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}

/** One below the other. */
export function lines(given: readonly Line[], align: 'center' | 'left' = 'center'): Markup {
  return { html: given.map((line) => `${lineOf(line)}<br align="${align}"/>`).join('') };
}

function lineOf({ text, size, color }: Line): string {
  return `<font point-size="${size}" color="${color}">${escaped(text)}</font>`;
}

/** Control characters are in no name that can be seen. */
function escaped(text: string): string {
  const shown = [...text].map((character) => (character < ' ' ? ' ' : character)).join('');
  return shown.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;') || ' ';
}
