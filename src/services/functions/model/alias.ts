import type { Refusal } from '../../../wire/refusal.js';
import type { Infer } from '../../../wire/shape.js';
import type { Functions } from '../catalogue.js';
import { functionNotFound, invalidValue } from '../errors.js';
import { aliasNameCharsMax, descriptionCharsMax } from '../limits.js';
import type { aliasConfiguration } from '../shapes.js';
import { Constraints } from './constraints.js';
import { type FunctionAddress, latest, qualifiedArn } from './function-name.js';
import type { AliasRecord } from './function-record.js';

export interface AliasInput {
  readonly Name?: string | undefined;
  readonly FunctionVersion?: string | undefined;
  readonly Description?: string | undefined;
  readonly RoutingConfig?: { readonly AdditionalVersionWeights?: Readonly<Record<string, number>> | undefined } | undefined;
}

export function checkAlias({ Name, FunctionVersion, Description, RoutingConfig }: AliasInput): Refusal | undefined {
  const constraints = new Constraints()
    .pattern('name', Name, '(?!^[0-9]+$)([a-zA-Z0-9-_]+)')
    .length('name', Name, 1, aliasNameCharsMax)
    .pattern('functionVersion', FunctionVersion, '(\\$LATEST|[0-9]{1,10})')
    .length('description', Description, 0, descriptionCharsMax);
  for (const [version, weight] of Object.entries(RoutingConfig?.AdditionalVersionWeights ?? {})) {
    constraints.pattern('routingConfig.additionalVersionWeights', version, '[0-9]{1,10}');
    constraints.range('routingConfig.additionalVersionWeights', weight, 0, 1);
  }
  return constraints.refusal();
}

/** The routing that a request gives; an empty one is none. */
export function readRouting({ RoutingConfig }: AliasInput, current: AliasRecord['routing']): AliasRecord['routing'] | Refusal {
  if (RoutingConfig === undefined) return current;
  const [first, ...others] = Object.entries(RoutingConfig.AdditionalVersionWeights ?? {});
  if (others.length > 0) return invalidValue('Number of items in AdditionalVersionWeights cannot be greater than 1');
  return first === undefined ? undefined : { version: first[0], weight: first[1] };
}

/** What is wrong with where an alias would point to. */
export function checkTargets(functions: Functions, address: FunctionAddress, { version, routing }: AliasRecord): Refusal | undefined {
  if (routing !== undefined && version === latest) {
    return invalidValue('$LATEST is not supported for an alias pointing to more than 1 version');
  }
  if (routing?.version === version) {
    return invalidValue(`Invalid function version ${version}. Function version ${version} is already included in routing configuration.`);
  }
  const missing = [version, routing?.version].find(
    (one) => one !== undefined && one !== latest && functions.get('version', address.name, one) === undefined,
  );
  return missing === undefined ? undefined : functionNotFound(qualifiedArn(address, missing));
}

export function shownAlias(address: FunctionAddress, alias: AliasRecord): Infer<typeof aliasConfiguration> {
  const { name, version, description, routing, revision } = alias;
  return {
    AliasArn: qualifiedArn(address, name),
    Name: name,
    FunctionVersion: version,
    Description: description,
    ...(routing !== undefined && { RoutingConfig: { AdditionalVersionWeights: { [routing.version]: routing.weight } } }),
    RevisionId: revision,
  };
}
