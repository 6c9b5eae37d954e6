import type { Documents } from '../../engine/documents.js';
import { definitionDocument } from './definitions.js';
import type { Machine } from './language/definition.js';
import { readDefinition } from './language/definition-reader.js';
import { definitionsReadBytesMax } from './limits.js';
import type { MachineType } from './model/machine-type.js';
import type { Tags } from './model/tags.js';

/** A state machine as it is kept. */
export interface MachineRecord {
  readonly arn: string;
  readonly name: string;
  readonly type: MachineType;
  readonly roleArn: string;
  /** Hash of its definition: executions keep the one that they began with. */
  readonly definition: string;
  readonly createdAt: number;
  /** When its definition or role last changed. */
  readonly updatedAt: number;
  /** Since its first update. */
  readonly revisionId?: string;
  readonly status: 'ACTIVE' | 'DELETING';
  readonly tags: Tags;
  /** Whether executions that are started from now on have spans. */
  readonly traced?: boolean | undefined;
}

const records = 'workflows/machine/';

export function machineDocument(arn: string): string {
  return `${records}${arn}`;
}

export function encodeMachine(record: MachineRecord): string {
  return JSON.stringify({ layout: 1, ...record });
}

export function decodeMachine(text: string): MachineRecord {
  const { layout, ...record } = JSON.parse(text) as MachineRecord & { readonly layout: number };
  if (layout !== 1) throw new Error(`a state machine has layout ${layout}, known is 1`);
  return record;
}

/** State machines and the texts of definitions. Definitions are kept by their hash, and read once. */
export class Machines {
  readonly #read = new Map<string, Machine>();
  /** Of the texts that were read. */
  #bytes = 0;

  constructor(private readonly documents: Documents) {}

  async find(arn: string): Promise<MachineRecord | undefined> {
    const text = await this.documents.read(machineDocument(arn));
    return text === undefined ? undefined : decodeMachine(text);
  }

  /** By ARN, ascending. */
  async list(after: string | undefined, limit: number, owner: string): Promise<readonly MachineRecord[]> {
    const prefix = machineDocument(owner);
    const page = { prefix, limit, ...(after !== undefined && { after: machineDocument(after) }) };
    return (await this.documents.list(page)).map(({ content }) => decodeMachine(content));
  }

  async definitionText(hash: string): Promise<string> {
    const text = await this.documents.read(definitionDocument(hash));
    if (text === undefined) throw new Error(`the definition ${hash} is gone`);
    return text;
  }

  /** A definition that was accepted once is read again whatever the table of targets has become. */
  async definition(hash: string): Promise<Machine> {
    const known = this.#read.get(hash);
    if (known !== undefined) return known;
    const text = await this.definitionText(hash);
    const { machine, diagnostics } = readDefinition(text, {
      type: 'STANDARD',
      resourceProblem: () => undefined,
    });
    if (machine === undefined) throw new Error(`the definition ${hash} cannot be read: ${JSON.stringify(diagnostics[0])}`);
    if (this.#bytes > definitionsReadBytesMax) {
      this.#read.clear();
      this.#bytes = 0;
    }
    this.#read.set(hash, machine);
    this.#bytes += text.length;
    return machine;
  }
}
