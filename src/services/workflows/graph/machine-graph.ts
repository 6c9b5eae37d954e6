import { isJsonArray, isJsonObject, type Json, type JsonObject, memberOf } from '../language/json.js';
import { attributes, lines, type Markup, quoted } from './dot.js';
import { ruleLabel } from './rule-label.js';
import { captionOf, shortened } from './shown-state.js';
import { containerLook, look, palette, type StateLook } from './style.js';
import { passageOf, type Visits } from './visits.js';

/** The text of a picture of a machine, in the language of Graphviz. */
export interface MachineGraph {
  readonly title: string;
  /** Below the title. */
  readonly subtitle: string | undefined;
  readonly definition: JsonObject;
  readonly visits: Visits | undefined;
}

/**
 * States are boxes from top to bottom, Parallel and Map are frames around theirs, choices label their edges, and edges of catchers are dashed. Of an
 * execution, states are coloured by what became of them, and the edges that it took are thick.
 */
export function machineGraph({ title, subtitle, definition, visits }: MachineGraph): string {
  const drawing = new Drawing(visits);
  drawing.node('start', { shape: 'circle', label: '', width: 0.2, style: 'filled', fillcolor: palette.ink, color: palette.ink });
  drawing.node('end', { shape: 'doublecircle', label: '', width: 0.16, style: 'filled', fillcolor: palette.ink, color: palette.ink });
  drawing.block(definition, 'start', 'end');
  const label = lines([
    { text: title, size: 16, color: palette.ink },
    ...(subtitle === undefined ? [] : [{ text: subtitle, size: 11, color: palette.muted }]),
  ]);
  return [
    `digraph ${quoted(title)} {`,
    `graph ${attributes({ label, labelloc: 't', fontname: 'Arial', bgcolor: 'white', rankdir: 'TB', compound: true, nodesep: 0.45, ranksep: 0.45, pad: 0.35, splines: true })}`,
    `node ${attributes({ fontname: 'Arial', shape: 'box', margin: '0.18,0.1' })}`,
    `edge ${attributes({ fontname: 'Arial', fontsize: 10, color: palette.line, fontcolor: palette.muted, arrowsize: 0.7 })}`,
    ...drawing.text,
    '}',
  ].join('\n');
}

/** Where edges of a state begin and end: in a frame they are cut at its border. */
interface Ends {
  readonly head: string;
  readonly tail: string;
  readonly frame: string | undefined;
}

class Drawing {
  readonly text: string[] = [];

  constructor(private readonly visits: Visits | undefined) {}

  node(id: string, given: Parameters<typeof attributes>[0]): void {
    this.text.push(`${quoted(id)} ${attributes(given)}`);
  }

  /** States that go on to each other, from `entry` to `exit`. */
  block(block: JsonObject, entry: string, exit: string): void {
    const states = memberOf(block, 'States');
    if (!isJsonObject(states)) return;
    const named = Object.entries(states).filter((pair): pair is [string, JsonObject] => isJsonObject(pair[1]));
    const ends = new Map(named.map(([name, state]) => [name, this.state(name, state)]));
    const first = String(memberOf(block, 'StartAt'));
    const firstEnds = ends.get(first);
    if (firstEnds !== undefined) this.edge(entry, firstEnds.head, { ...headOf(firstEnds), ...this.#taken(this.visits?.states.has(first)) });
    for (const [name, state] of named) {
      const from = ends.get(name);
      if (from !== undefined) this.transitions(name, state, from, { ends, exit });
    }
  }

  state(name: string, state: JsonObject): Ends {
    const visit = this.visits?.states.get(name);
    const type = String(memberOf(state, 'Type'));
    if (type === 'Parallel' || type === 'Map') return this.container(name, state, type);
    const style = look(type, visit, this.visits !== undefined);
    const id = `state ${name}`; // one may be called as the points around it are
    this.node(id, {
      ...shapeOf(type),
      style: 'rounded,filled',
      fillcolor: style.fill,
      color: style.border,
      penwidth: style.width,
      label: labelOf(name, state, style),
    });
    return { head: id, tail: id, frame: undefined };
  }

  container(name: string, state: JsonObject, type: 'Parallel' | 'Map'): Ends {
    const style = containerLook(this.visits?.states.get(name), this.visits !== undefined);
    const [fork, join, frame] = [`fork ${name}`, `join ${name}`, `cluster ${name}`];
    const blocks =
      type === 'Parallel' ? memberOf(state, 'Branches') : [memberOf(state, 'ItemProcessor') ?? memberOf(state, 'Iterator') ?? null];
    this.text.push(`subgraph ${quoted(frame)} {`);
    this.text.push(
      `graph ${attributes({ label: labelOf(name, state, style, 'left'), labeljust: 'l', style: 'rounded,filled', fillcolor: style.fill, color: style.border, penwidth: style.width, margin: 14 })}`,
    );
    for (const id of [fork, join]) this.node(id, { shape: 'point', width: 0.06, color: style.border });
    for (const block of isJsonArray(blocks) ? blocks : []) if (isJsonObject(block)) this.block(block, fork, join);
    this.text.push('}');
    return { head: fork, tail: join, frame };
  }

  transitions(name: string, state: JsonObject, from: Ends, block: BlockEnds): void {
    const next = memberOf(state, 'Next');
    if (typeof next === 'string') this.transition(name, next, from, block, {});
    if (memberOf(state, 'End') === true || state.Type === 'Succeed')
      this.edge(from.tail, block.exit, { ...tailOf(from), ...this.#taken(this.#isOutcome(name, ['succeeded'])) });
    for (const choice of objectsIn(memberOf(state, 'Choices')))
      this.transition(name, String(memberOf(choice, 'Next')), from, block, { label: besideEdge(broken(shortened(ruleLabel(choice), 90))) });
    const otherwise = memberOf(state, 'Default');
    if (typeof otherwise === 'string') this.transition(name, otherwise, from, block, { label: besideEdge(['otherwise']) });
    for (const catcher of objectsIn(memberOf(state, 'Catch')))
      this.transition(name, String(memberOf(catcher, 'Next')), from, block, {
        style: 'dashed',
        label: caughtLabel(memberOf(catcher, 'ErrorEquals')),
      });
  }

  transition(name: string, next: string, from: Ends, { ends }: BlockEnds, given: Given): void {
    const to = ends.get(next);
    if (to === undefined) return;
    const taken = this.visits?.passages.has(passageOf(name, next)) && this.#fits(name, given);
    this.edge(from.tail, to.head, { ...tailOf(from), ...headOf(to), ...this.#taken(taken), ...given });
  }

  edge(from: string, to: string, given: Given): void {
    this.text.push(`${quoted(from)} -> ${quoted(to)} ${attributes(given)}`);
  }

  /** Where two edges lead from one state to another, its outcome tells them apart. */
  #fits(name: string, { style }: Given): boolean {
    return style === 'dashed'
      ? this.#isOutcome(name, ['caught'])
      : !this.#isOutcome(name, ['caught']) || (this.visits?.states.get(name)?.count ?? 0) > 1;
  }

  #isOutcome(name: string, outcomes: readonly string[]): boolean {
    return outcomes.includes(this.visits?.states.get(name)?.outcome ?? '');
  }

  #taken(taken: boolean | undefined): Given {
    return taken === true ? { color: palette.ink, penwidth: 2.2, fontcolor: palette.ink } : {};
  }
}

type Given = Parameters<typeof attributes>[0];

interface BlockEnds {
  readonly ends: ReadonlyMap<string, Ends>;
  readonly exit: string;
}

function headOf({ frame }: Ends): Given {
  return frame === undefined ? {} : { lhead: frame };
}

function tailOf({ frame }: Ends): Given {
  return frame === undefined ? {} : { ltail: frame };
}

function shapeOf(type: string): Given {
  return type === 'Choice' ? { shape: 'hexagon', margin: '0.06,0.06' } : {};
}

function labelOf(name: string, state: JsonObject, { text, muted, note }: StateLook, align: 'center' | 'left' = 'center'): Markup {
  const shown = [
    { text: captionOf(state), size: 9, color: muted },
    ...broken(name).map((part) => ({ text: part, size: 13, color: text })),
    ...(note === undefined ? [] : [{ text: note, size: 9, color: text }]),
  ];
  return lines(shown, align);
}

const nameLineChars = 30;

/** Into lines, between words. */
function broken(given: string): readonly string[] {
  const parts: string[] = [];
  for (const word of given.split(/\s+/)) {
    const last = parts.at(-1);
    if (last !== undefined && last.length + word.length < nameLineChars) parts[parts.length - 1] = `${last} ${word}`;
    else parts.push(word);
  }
  return parts;
}

function caughtLabel(names: Json | undefined): string {
  const errors = isJsonArray(names) ? names.map(String) : [];
  return besideEdge(errors.includes('States.ALL') ? ['any error'] : errors.map((error) => shortened(error, 40)));
}

/** With room to the line that it stands at. */
function besideEdge(parts: readonly string[]): string {
  return parts.map((part) => `  ${part}  `).join('\n');
}

function objectsIn(value: Json | undefined): readonly JsonObject[] {
  return isJsonArray(value) ? value.filter(isJsonObject) : [];
}
