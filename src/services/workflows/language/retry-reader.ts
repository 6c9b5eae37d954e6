import { maxDelaySecondsMax, secondsMax } from '../limits.js';
import type { Catcher, Retrier } from './definition.js';
import { type ExpressionPlace, readResultPath, readTemplateField } from './expression-reader.js';
import { errorNames } from './failure.js';
import type { Fields } from './fields.js';
import { readAssign } from './flow-reader.js';

/** Amazon States Language, "Errors": retriers and catchers of Task, Parallel and Map. */
export function readRetry(fields: Fields): readonly Retrier[] {
  const given = fields.objects('Retry') ?? [];
  return given.map((retrier, index) => readRetrier(retrier, index === given.length - 1));
}

function readRetrier(fields: Fields, isLast: boolean): Retrier {
  const errorEquals = readErrorEquals(fields, isLast);
  const intervalSeconds = fields.number('IntervalSeconds', { min: 1, max: secondsMax }) ?? 1;
  const maxAttempts = fields.number('MaxAttempts', { min: 0, max: secondsMax }) ?? 3;
  const backoffRate = fields.number('BackoffRate', { min: 1, max: Number.MAX_VALUE, integer: false }) ?? 2;
  const maxDelaySeconds = fields.number('MaxDelaySeconds', { min: 1, max: maxDelaySecondsMax - 1 });
  if (maxDelaySeconds !== undefined && maxDelaySeconds <= intervalSeconds) {
    fields.problems.add(fields.where('MaxDelaySeconds'), "'MaxDelaySeconds' must be greater than 'IntervalSeconds'");
  }
  const jitter = fields.string('JitterStrategy') ?? 'NONE';
  if (jitter !== 'NONE' && jitter !== 'FULL') {
    fields.problems.add(fields.where('JitterStrategy'), "The field 'JitterStrategy' should have one of these values: [NONE, FULL]");
  }
  fields.string('Comment');
  fields.end();
  return { errorEquals, intervalSeconds, maxAttempts, backoffRate, maxDelaySeconds, fullJitter: jitter === 'FULL' };
}

export function readCatch(fields: Fields, place: ExpressionPlace): readonly Catcher[] {
  const given = fields.objects('Catch') ?? [];
  return given.map((catcher, index) => readCatcher(catcher, index === given.length - 1, place));
}

function readCatcher(fields: Fields, isLast: boolean, place: ExpressionPlace): Catcher {
  const errorEquals = readErrorEquals(fields, isLast);
  const next = fields.requiredString('Next') ?? '';
  if (place.language === 'JSONata') fields.refuse('ResultPath', "The field 'ResultPath' is not supported when QueryLanguage is JSONata");
  else fields.refuse('Output', "The field 'Output' is only supported when QueryLanguage is JSONata");
  const resultPath = place.language === 'JSONPath' ? readResultPath(fields) : undefined;
  const output = place.language === 'JSONata' ? readTemplateField(fields, 'Output', place) : undefined;
  const assign = readAssign(fields, place);
  fields.string('Comment');
  fields.end();
  return { errorEquals, next, resultPath, output, assign };
}

/** `States.ALL` stands alone, and in the last one. */
function readErrorEquals(fields: Fields, isLast: boolean): readonly string[] {
  const names = fields.strings('ErrorEquals');
  if (names === undefined && !fields.has('ErrorEquals')) fields.missing('ErrorEquals');
  if (names?.length === 0) fields.problems.add(fields.where('ErrorEquals'), 'Value cannot be empty');
  if (names?.includes(errorNames.all) && (names.length > 1 || !isLast)) {
    fields.problems.add(fields.where('ErrorEquals'), 'States.ALL must appear alone, and in the last retrier or catcher');
  }
  return names ?? [];
}
