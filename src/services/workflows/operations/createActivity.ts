import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { double, string, structure, wrappedList } from '../../../wire/shape.js';
import { invalidName, missing, storageFull, unsupported } from '../errors.js';
import { activityArn, isName } from '../model/arn.js';
import { readTags } from '../model/tags.js';
import type { ServiceParts } from '../service-parts.js';

/**
 * CreateActivity: a new activity, or the one there is of this name.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateActivity.html
 * Errors: InvalidName, TooManyTags, ServiceUnavailable.
 */
const input = structure({
  name: string,
  tags: wrappedList(structure({ key: string, value: string })),
  encryptionConfiguration: structure({ type: string }),
});
const output = structure({ activityArn: string, creationDate: double });

export function createActivity({ activities, clock, random }: ServiceParts): Operation {
  return operation({
    name: 'CreateActivity',
    input,
    output,
    async handle({ name, tags, encryptionConfiguration }, call) {
      if (name === undefined) throw missing('name');
      if (!isName(name)) throw invalidName(name);
      if ((encryptionConfiguration?.type ?? 'AWS_OWNED_KEY') !== 'AWS_OWNED_KEY') throw unsupported('Encryption with a key of your own');
      const arn = activityArn(call, name);
      const read = accept(readTags(tags, {}, arn));
      const kept = await activities.create({ arn, id: random.uuid(), name, createdAt: clock.now(), tags: read });
      if (kept === undefined) throw storageFull();
      return { activityArn: arn, creationDate: kept.createdAt / 1_000 };
    },
  });
}
