import type { Service } from '../../wire/service.js';
import { validateStateMachineDefinition } from './operations/validateStateMachineDefinition.js';
import type { Targets } from './targets.js';

export interface WorkflowsDependencies {
  readonly targets: Targets;
}

/** AWS Step Functions, API version 2016-11-23: definitions can be validated; nothing runs yet. */
export function workflowsService({ targets }: WorkflowsDependencies): Service {
  const operations = [validateStateMachineDefinition(targets)];
  return {
    name: 'states',
    targetPrefix: 'AWSStepFunctions',
    errorNamespace: 'com.amazonaws.swf.service.v2.model',
    apiVersion: '2016-11-23',
    xmlNamespace: 'http://states.amazonaws.com/doc/2016-11-23/',
    xmlErrorEnd: '',
    operations: new Map(operations.map((operation) => [operation.name, operation])),
    pathMembers: () => ({}),
  };
}
