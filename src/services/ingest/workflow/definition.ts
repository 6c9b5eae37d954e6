import definition from './ingest.asl.json' with { type: 'json' };

/** The workflow of a pipeline that names none of its own, in the Amazon States Language. */
export const ownDefinition = `${JSON.stringify(definition, undefined, 2)}\n`;
