import { resolve } from 'node:path';
import { combine } from './combine.js';
import type { Config } from './config.js';
import { ConfigError } from './config-error.js';
import type { ConfigFile } from './file.js';
import type { PipelineSection, Sections } from './sections.js';
import { shownPath } from './setting-path.js';
import { readText, readValue } from './setting-value.js';
import { configFileSetting, flagOf, type SettingValues, variableOf } from './settings.js';
import {
  type Environment,
  environmentSource,
  type Flags,
  fileSource,
  flagSource,
  optionName,
  optionSource,
  type Source,
  variableText,
} from './sources.js';

/** What a program that embeds the broker may set: the same as in a file, and the path of one. */
export interface Options extends SettingValues, Sections {
  /** A YAML file of settings. Options beside it win. */
  readonly config?: string | undefined;
}

/** For the program: flags, then environment, then file, then defaults. Rejects with a `ConfigError`. */
export async function resolveProgram(flags: Flags, environment: Environment): Promise<Config> {
  const given = [flagSource(flags), environmentSource(environment)];
  const flag = flags.config === true ? undefined : flags.config;
  const path = flag ?? variableText(environment, 'config');
  const namedBy = flag === undefined ? variableOf('config') : flagOf('config');
  if (path === undefined) return combine(given, {});
  const file = await loadFile(readText(configFileSetting, path, namedBy), namedBy);
  return combine([...given, fileSource(file)], located(await checkedSections(file.sections, file.where), file.folder));
}

/**
 * For embedding: options, then file, then what suits a test: a free port, in memory unless a folder is named, quiet. The
 * environment is not read. Rejects with a `ConfigError`.
 */
export async function resolveOptions({
  config: path,
  sqs,
  extensions,
  mail,
  sms,
  push,
  tracing,
  functions,
  aws,
  ingest,
  workflows,
  resources,
  ...settings
}: Options): Promise<Config> {
  const own = await checkedSections({ sqs, extensions, mail, sms, push, tracing, functions, aws, ingest, workflows, resources }, (at) =>
    optionName(shownPath(at)),
  );
  const sources: Source[] = [optionSource(settings)];
  if (path === undefined) return combine([...sources, embeddingDefaults(sources)], own);
  const namedBy = optionName('config');
  const file = await loadFile(readValue(configFileSetting, path, namedBy), namedBy);
  sources.push(fileSource(file));
  const ofFile = located(await checkedSections(file.sections, file.where), file.folder);
  return combine([...sources, embeddingDefaults(sources)], {
    sqs: { ...ofFile.sqs, ...own.sqs },
    extensions: { ...ofFile.extensions, ...own.extensions },
    mail: own.mail ?? ofFile.mail,
    sms: own.sms ?? ofFile.sms,
    tracing: own.tracing ?? ofFile.tracing,
    push: own.push ?? ofFile.push,
    functions: { ...ofFile.functions, ...own.functions },
    aws: { ...ofFile.aws, ...own.aws },
    ingest: { ...ofFile.ingest, ...own.ingest },
    workflows: { ...ofFile.workflows, ...own.workflows },
    resources: { ...ofFile.resources, ...own.resources },
  });
}

/** Relative paths in a file start from its folder. */
function located(sections: Sections, folder: string): Sections {
  const { resources, ingest } = sections;
  return {
    ...sections,
    resources: resources && {
      ...resources,
      functions: resources.functions?.map((one) => ({ ...one, path: resolve(folder, one.path) })),
    },
    ingest: ingest && {
      ...ingest,
      pipelines:
        ingest.pipelines && Object.fromEntries(Object.entries(ingest.pipelines).map(([name, one]) => [name, locatedPipeline(one, folder)])),
    },
  };
}

function locatedPipeline(pipeline: PipelineSection, folder: string): PipelineSection {
  const { schema, archive, workflow } = pipeline;
  return {
    ...pipeline,
    ...(typeof schema === 'string' && { schema: resolve(folder, schema) }),
    ...(archive?.folder !== undefined && { archive: { ...archive, folder: resolve(folder, archive.folder) } }),
    ...(workflow !== undefined && { workflow: resolve(folder, workflow) }),
  };
}

function embeddingDefaults(sources: readonly Source[]): Source {
  const isInFolder = sources.some(({ values }) => values.data !== undefined || values.durability !== undefined);
  return { values: { port: 0, logLevel: 'warn', ephemeral: isInFolder ? undefined : true }, where: optionName };
}

async function loadFile(path: unknown, namedBy: string): Promise<ConfigFile> {
  const { readConfigFile } = await import('./file.js');
  return readConfigFile(String(path), namedBy);
}

async function checkedSections(sections: Sections, where: ConfigFile['where']): Promise<Sections> {
  if (Object.values(sections).every((section) => section === undefined)) return {};
  const { problemOf } = await import('./sections-schema.js');
  const found = problemOf(sections);
  if (found !== undefined) throw new ConfigError(`${where(found.path)} ${found.problem}`);
  return sections;
}
