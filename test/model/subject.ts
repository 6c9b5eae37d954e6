import type { Counts, Draft, ModelSettings, Peeked, Received, Sent, SettleAnswer, VisibilityAnswer } from './reference-broker.js';

export type Gone = 'gone';

/** A broker under test, as the model sees it: queues by name, bodies as text, times in milliseconds. */
export interface Subject {
  create(name: string, settings: ModelSettings): Promise<'created' | 'exists' | 'deletedRecently'>;
  update(name: string, settings: ModelSettings): Promise<boolean>;
  remove(name: string): Promise<boolean>;
  purge(name: string): Promise<'purged' | 'tooSoon' | Gone>;
  send(name: string, drafts: readonly Draft[]): Promise<readonly Sent[] | Gone>;
  receive(name: string, request: SubjectReceive): Promise<readonly Received[] | Gone>;
  /** Absent where the interface cannot take back a receive. */
  readonly unreceive?: (name: string, receipts: readonly string[]) => Promise<void>;
  settle(name: string, receipts: readonly string[]): Promise<readonly SettleAnswer[] | Gone>;
  changeVisibility(
    name: string,
    changes: readonly { readonly receipt: string; readonly visibilityTimeoutMs: number }[],
  ): Promise<readonly VisibilityAnswer[] | Gone>;
  startMove(source: string, destination: string | undefined): Promise<string>;
  newestMove(source: string): Promise<SubjectMove | undefined>;
  cancelMove(source: string, taskId: string): Promise<void>;
  counts(name: string): Promise<Counts | undefined>;
  peek(name: string): Promise<readonly Peeked[] | undefined>;
  close(): Promise<void>;
}

export interface SubjectReceive {
  readonly max: number;
  readonly visibilityTimeoutMs?: number;
  readonly waitMs: number;
  readonly attemptId?: string;
  readonly signal?: AbortSignal;
}

export interface SubjectMove {
  readonly status: 'running' | 'cancelling' | 'cancelled' | 'completed' | 'failed';
  readonly moved: number;
  readonly failure?: string;
}
