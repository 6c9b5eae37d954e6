import type { Argument, Command } from 'commander';
import { createArgument } from 'commander';
import type { CustodyEntry, CustodyHead } from '../../services/ingest/custody.js';
import type { IngestRecord } from '../../services/ingest/record.js';
import type { KeptRefusal } from '../../services/ingest/refusals.js';
import { type BrokerFlags, RunningBroker, withBrokerOptions } from '../running-broker.js';

/** A record as the broker's pages show it: its times are texts. */
export interface ShownRecord extends Omit<IngestRecord, 'receivedAt' | 'history'> {
  readonly receivedAt: string;
  readonly history: readonly { readonly state: string; readonly at: string; readonly detail?: string }[];
}

/** As a search shows it. */
export type FoundRecord = Pick<
  ShownRecord,
  'pipeline' | 'messageID' | 'state' | 'failedSteps' | 'receivedAt' | 'bytes' | 'sha256' | 'contentType' | 'messageMetaData' | 'custody'
>;

export interface FoundRecords {
  readonly records: readonly FoundRecord[];
  readonly next?: string;
}

export interface ArchivePage {
  readonly bucket: string;
  /** Whose archive it is. */
  readonly pipelines: readonly string[];
  readonly objects: readonly string[];
  readonly next?: string;
}

export interface RefusalsPage {
  readonly refusals: readonly KeptRefusal[];
  readonly next?: string;
}

/** The records of one pipeline, by the pages of a running broker. */
export class PipelineRecords {
  private constructor(
    private readonly broker: RunningBroker,
    readonly pipeline: string,
  ) {}

  static async of(pipeline: string, flags: BrokerFlags): Promise<PipelineRecords> {
    return new PipelineRecords(await RunningBroker.of(flags), pipeline);
  }

  async find(query: URLSearchParams): Promise<FoundRecords> {
    return (await this.broker.call('GET', this.#path(`records?${query}`))) as unknown as FoundRecords;
  }

  async read(messageID: string): Promise<ShownRecord> {
    return (await this.broker.call('GET', this.#path(`records/${encodeURIComponent(messageID)}`))) as unknown as ShownRecord;
  }

  async custody(after: number): Promise<{ readonly head: CustodyHead; readonly entries: readonly CustodyEntry[] }> {
    return (await this.broker.call('GET', this.#path(`custody?after=${after}`))) as never;
  }

  /** What is in the archive, from the object after `after` on. */
  async archive(after: string | undefined): Promise<ArchivePage> {
    const query = new URLSearchParams(after === undefined ? {} : { after });
    return (await this.broker.call('GET', this.#path(`archive?${query}`))) as unknown as ArchivePage;
  }

  /** `after`: `next` of an earlier page. */
  async refusals(after: string | undefined): Promise<RefusalsPage> {
    const query = new URLSearchParams(after === undefined ? {} : { after });
    return (await this.broker.call('GET', this.#path(`refusals?${query}`))) as unknown as RefusalsPage;
  }

  /** Another pipeline of the same broker. */
  of(pipeline: string): PipelineRecords {
    return new PipelineRecords(this.broker, pipeline);
  }

  /** The bare answer: the caller looks at its status. */
  fetch(path: string, request?: RequestInit): Promise<Response> {
    return this.broker.fetch(this.#path(path), request);
  }

  #path(path: string): string {
    return `/_signalbox/ingest/pipelines/${encodeURIComponent(this.pipeline)}/${path}`;
  }
}

export function pipelineArgument(): Argument {
  return createArgument('[PIPELINE]', 'the pipeline').default('default');
}

export function pipelineCommand(command: Command): Command {
  return withBrokerOptions(command.helpOption('--help', 'print this help'));
}
