import type { Engine, Queue } from '../../engine/engine.js';
import { metaDataRefusal, type SchemaCheck, sampleCheck } from './metadata-rules.js';
import { acceptedQueue } from './queues.js';
import type { MessageMetaData } from './record.js';
import type { ReferenceSettings } from './reference.js';
import type { Refusal } from './refusal.js';

/** What the operator decides of a pipeline. */
export interface PipelineSettings {
  readonly name: string;
  readonly payloadBytesMax: number;
  /** JSON Schema of the metadata; absent: the four members of the sample are required. */
  readonly schema: Readonly<Record<string, unknown>> | undefined;
  readonly references: ReferenceSettings;
  /** Whether what is refused is kept, without its payload. */
  readonly keepRefusals: boolean;
}

/** A pipeline that runs. */
export class Pipeline {
  #accepted: Queue | undefined;

  private constructor(
    readonly settings: PipelineSettings,
    private readonly check: SchemaCheck,
    private readonly engine: Pick<Engine, 'createQueue' | 'findQueue'>,
    private readonly opened: (pipeline: string) => void,
  ) {}

  /** Rejects with what is wrong with the schema. */
  static async open(
    settings: PipelineSettings,
    engine: Pick<Engine, 'createQueue' | 'findQueue'>,
    /** Told when records can be accepted. */
    opened: (pipeline: string) => void,
  ): Promise<Pipeline> {
    const { name, schema } = settings;
    if (schema === undefined) return new Pipeline(settings, sampleCheck, engine, opened);
    const { compiledSchema } = await import('./metadata-schema.js');
    const check = await compiledSchema(schema).catch((fault: unknown) => {
      throw new Error(`the schema of the pipeline ${name} cannot be used: ${fault instanceof Error ? fault.message : fault}`);
    });
    return new Pipeline(settings, check, engine, opened);
  }

  get name(): string {
    return this.settings.name;
  }

  refusalOf(metaData: MessageMetaData): Refusal | undefined {
    const refusal = metaDataRefusal(metaData, this.check);
    return refusal && { ...refusal, messageMetaData: metaData };
  }

  /** Where accepted records go; undefined: a broker that starts on a full disk has no such queue yet. */
  async accepted(): Promise<Queue | undefined> {
    if (this.#accepted !== undefined) return this.#accepted;
    this.#accepted = await acceptedQueue(this.engine, this.name);
    if (this.#accepted !== undefined) this.opened(this.name);
    return this.#accepted;
  }
}
