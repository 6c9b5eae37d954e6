import type { Flow, StateType } from './definition.js';
import type { Expression } from './expression.js';
import { type ExpressionPlace, readObjectTemplate, readPathField, readResultPath, readTemplateField } from './expression-reader.js';
import type { Fields } from './fields.js';
import { isJsonObject } from './json.js';
import { isVariableName } from './path-reader.js';

/** Which fields each type of state has. Amazon States Language, "State Types". */
const takes: Readonly<Record<string, readonly StateType[]>> = {
  InputPath: ['Task', 'Parallel', 'Map', 'Pass', 'Wait', 'Choice', 'Succeed'],
  OutputPath: ['Task', 'Parallel', 'Map', 'Pass', 'Wait', 'Choice', 'Succeed'],
  Parameters: ['Task', 'Parallel', 'Map', 'Pass'],
  ResultSelector: ['Task', 'Parallel', 'Map'],
  ResultPath: ['Task', 'Parallel', 'Map', 'Pass'],
  Arguments: ['Task', 'Parallel'],
  Output: ['Task', 'Parallel', 'Map', 'Pass', 'Wait', 'Choice', 'Succeed'],
  Assign: ['Task', 'Parallel', 'Map', 'Pass', 'Wait', 'Choice'],
};
const pathFields = ['InputPath', 'Parameters', 'ResultSelector', 'ResultPath', 'OutputPath'];
const queryFields = ['Arguments', 'Output'];

/** How data comes into the state and out of it. Fields of the other language, or of other types of state, are problems. */
export function readFlow(fields: Fields, type: StateType, place: ExpressionPlace): Flow {
  const { language } = place;
  for (const name of language === 'JSONPath' ? queryFields : pathFields) {
    const why =
      language === 'JSONPath' ? 'is only supported when QueryLanguage is JSONata' : 'is not supported when QueryLanguage is JSONata';
    fields.refuse(name, `The field '${name}' ${why}`);
  }
  for (const [name, types] of Object.entries(takes)) {
    if (!types.includes(type)) fields.refuse(name, `The field '${name}' is not supported in a ${type} state`);
  }
  const ofType = (name: string): boolean => (takes[name] ?? []).includes(type);
  const assign = ofType('Assign') ? readAssign(fields, place) : undefined;
  if (language === 'JSONata') {
    return {
      language,
      arguments: ofType('Arguments') ? readTemplateField(fields, 'Arguments', place) : undefined,
      output: ofType('Output') ? readTemplateField(fields, 'Output', place) : undefined,
      assign,
    };
  }
  return {
    language,
    inputPath: ofType('InputPath') ? readPathField(fields, 'InputPath') : undefined,
    arguments: ofType('Parameters') ? readTemplateField(fields, 'Parameters', place) : undefined,
    resultSelector: ofType('ResultSelector') ? readTemplateField(fields, 'ResultSelector', place) : undefined,
    resultPath: ofType('ResultPath') ? readResultPath(fields) : undefined,
    outputPath: ofType('OutputPath') ? readPathField(fields, 'OutputPath') : undefined,
    assign,
  };
}

/** An object whose names are variables. */
export function readAssign(fields: Fields, place: ExpressionPlace): Expression | undefined {
  const value = fields.value('Assign');
  if (value === undefined) return undefined;
  if (!isJsonObject(value)) {
    fields.problems.add(fields.where('Assign'), "The field 'Assign' must be an object");
    return undefined;
  }
  const expression = readObjectTemplate(fields, 'Assign', place);
  for (const name of assignedNames(expression)) {
    if (!isVariableName(name)) fields.problems.add(fields.where('Assign'), `The variable name '${name}' is not valid`);
  }
  return expression;
}

export function assignedNames(expression: Expression | undefined): readonly string[] {
  if (expression?.kind === 'object') return expression.members.map(([name]) => name);
  return expression?.kind === 'literal' && isJsonObject(expression.value) ? Object.keys(expression.value) : [];
}
