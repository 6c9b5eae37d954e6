import { isRefusal, type Refusal } from '../../wire/refusal.js';
import { activityDocument } from './activities.js';
import { missing, noResource } from './errors.js';
import { machineDocument } from './machines.js';
import { readArn } from './model/arn.js';
import type { Tags } from './model/tags.js';
import type { ServiceParts } from './service-parts.js';

/** State machines and activities keep their tags in their documents. */
interface Tagged {
  readonly tags: Tags;
}

function documentOf(given: string | undefined): { readonly arn: string; readonly name: string } | Refusal {
  const arn = given === undefined ? missing('resourceArn') : readArn(given, 'stateMachine', 'activity');
  if (isRefusal(arn)) return arn;
  return { arn, name: arn.includes(':activity:') ? activityDocument(arn) : machineDocument(arn) };
}

export async function tagsOf({ engine }: Pick<ServiceParts, 'engine'>, given: string | undefined): Promise<Tags | Refusal> {
  const found = documentOf(given);
  if (isRefusal(found)) return found;
  const text = await engine.documents.read(found.name);
  return text === undefined ? noResource(found.arn) : (JSON.parse(text) as Tagged).tags;
}

export async function changeTags(
  { engine }: Pick<ServiceParts, 'engine'>,
  given: string | undefined,
  change: (before: Tags, arn: string) => Tags | Refusal,
): Promise<Tags | Refusal> {
  const found = documentOf(given);
  if (isRefusal(found)) return found;
  const { arn, name } = found;
  return engine.documents.transact(name, (documents) => {
    const text = documents.read(name);
    if (text === undefined) return noResource(arn);
    const record = JSON.parse(text) as Tagged;
    const tags = change(record.tags, arn);
    if (!isRefusal(tags)) documents.write(name, JSON.stringify({ ...record, tags }));
    return tags;
  });
}
