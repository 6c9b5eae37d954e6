import type { Outcome } from '../history.js';
import type { Arrived, Published, TopicHistory } from './history.js';

/** Keeps the history of one campaign and counts its calls. */
export class TopicRecorder implements TopicHistory {
  readonly published: Published[] = [];
  readonly arrived: Arrived[] = [];
  readonly calls: Record<Outcome, number> = { acknowledged: 0, refused: 0, unknown: 0 };
  /** Answers that no client should get, however the broker ended before. */
  readonly unexpected: string[] = [];
}
