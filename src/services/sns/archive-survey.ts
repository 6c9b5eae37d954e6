import { setImmediate as nextTurn } from 'node:timers/promises';
import type { TopicAddress } from '../../base/ids.js';
import type { ArchiveSize, Topics } from '../../engine/topics/topics.js';
import { archiveOf } from './model/archive-policy.js';

export interface SurveyedArchive extends ArchiveSize {
  readonly topic: TopicAddress;
}

/** Topics looked at, by ARN; between two pages of them requests are served. */
const topicsMax = 1_000;
const pageOfTopics = 20;

/** How much is in archives. Those who ask at the same time share one look. */
export class ArchiveSurvey {
  #underWay: Promise<readonly SurveyedArchive[]> | undefined;

  constructor(private readonly topics: Pick<Topics, 'list' | 'find' | 'archive'>) {}

  sizes(): Promise<readonly SurveyedArchive[]> {
    this.#underWay ??= this.#look().finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  async #look(): Promise<readonly SurveyedArchive[]> {
    const { topics } = this;
    const archives: SurveyedArchive[] = [];
    let after: TopicAddress | undefined;
    for (let looked = 0; looked < topicsMax; looked += pageOfTopics) {
      const page = await topics.list({ prefix: '', after, limit: pageOfTopics });
      for (const address of page) {
        const topic = await topics.find(address);
        const size = topic === undefined || archiveOf(topic) === undefined ? undefined : await topics.archive(topic);
        if (size !== undefined) archives.push({ topic: address, ...size });
      }
      after = page.at(-1);
      if (page.length < pageOfTopics) break;
      await nextTurn();
    }
    return archives;
  }
}
