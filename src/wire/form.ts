import { isUtf8 } from 'node:buffer';
import { malformedInput } from './errors.js';

/** Parameters as a tree: `A.1.Name=x` is the value of A, then 1, then Name. */
export interface FormNode {
  value: string | undefined;
  readonly children: Map<string, FormNode>;
}

/** More than any real request: a batch of ten messages with ten attributes each has some 500. */
const parametersMax = 4_000;
const depthMax = 12;

/** `application/x-www-form-urlencoded` text to its pairs, in order. Refuses what does not decode to UTF-8. */
export function formPairs(text: string): readonly (readonly [string, string])[] {
  if (text === '') return [];
  const parts = text.split('&', parametersMax + 1);
  if (parts.length > parametersMax) throw malformedInput(`The request has more than ${parametersMax} parameters`);
  return parts
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=');
      return equals < 0 ? [decode(part), ''] : [decode(part.slice(0, equals)), decode(part.slice(equals + 1))];
    });
}

export function formText(body: Buffer): string {
  if (!isUtf8(body)) throw malformedInput('The request body is not valid UTF-8');
  return body.toString();
}

/** The last of several equal parameters wins. */
export function formTree(pairs: Iterable<readonly [string, string]>): FormNode {
  const root = newNode();
  for (const [name, value] of pairs) {
    const segments = name.split('.', depthMax + 1);
    if (segments.length > depthMax) throw malformedInput(`The parameter ${name.slice(0, 80)} has more than ${depthMax} parts`);
    let node = root;
    for (const segment of segments) node = childOf(node, segment);
    node.value = value;
  }
  return root;
}

function childOf(node: FormNode, name: string): FormNode {
  const known = node.children.get(name);
  if (known !== undefined) return known;
  const child = newNode();
  node.children.set(name, child);
  return child;
}

function newNode(): FormNode {
  return { value: undefined, children: new Map() };
}

function decode(part: string): string {
  const spaced = part.includes('+') ? part.replaceAll('+', ' ') : part;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    throw malformedInput(`The parameter text ${JSON.stringify(part.slice(0, 80))} is not valid percent-encoded UTF-8`);
  }
}
