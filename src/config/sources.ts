import { ConfigError } from './config-error.js';
import type { ConfigFile } from './file.js';
import { sectionNames } from './sections.js';
import { readText, readValue } from './setting-value.js';
import {
  flagOf,
  isSettingName,
  type SettingName,
  type SettingValues,
  settingNames,
  settings,
  variableOf,
  variablePrefix,
} from './settings.js';

/** One place that settings come from, and how a setting is called there. */
export interface Source {
  readonly values: SettingValues;
  where(name: SettingName): string;
}

/** Flags as the command line gives them: text, or true for a switch. */
export type Flags = Readonly<Partial<Record<SettingName | 'config', string | true>>>;

export type Environment = Readonly<Record<string, string | undefined>>;

export function flagSource(flags: Flags): Source {
  const values: Record<string, unknown> = {};
  for (const name of settingNames) {
    const given = flags[name];
    if (given !== undefined) values[name] = given === true ? true : readText(settings[name], given, flagOf(name));
  }
  return { values, where: flagOf };
}

export function environmentSource(environment: Environment): Source {
  rejectUnknownVariables(environment);
  const values: Record<string, unknown> = {};
  for (const name of settingNames) {
    const text = variableText(environment, name);
    if (text !== undefined) values[name] = readText(settings[name], text, variableOf(name));
  }
  return { values, where: variableOf };
}

export function fileSource(file: ConfigFile): Source {
  return { values: file.values, where: (name) => file.where([name]) };
}

export function optionSource(options: Readonly<Record<string, unknown>>): Source {
  const values: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(options)) {
    if (!isSettingName(name)) {
      throw new ConfigError(`${optionName(name)} is not known: expected ${[...settingNames, 'config', ...sectionNames].join(', ')}`);
    }
    if (value !== undefined) values[name] = readValue(settings[name], value, optionName(name));
  }
  return { values, where: optionName };
}

export function optionName(name: string): string {
  return `option ${name}`;
}

/** An empty variable counts as not set: that is how templates of deployments leave one out. */
export function variableText(environment: Environment, name: string): string | undefined {
  const text = environment[variableOf(name)];
  return text === '' || isServiceLink(environment, name) ? undefined : text;
}

/** Kubernetes calls the address of a service `signalbox` as the setting of the port is called. */
function isServiceLink(environment: Environment, name: string): boolean {
  return name === 'port' && environment.SIGNALBOX_SERVICE_HOST !== undefined && /^\w+:\/\//.test(environment[variableOf(name)] ?? '');
}

/** What Kubernetes puts beside the variables of a program when a service is called `signalbox`. */
const serviceLink = /^SIGNALBOX_(SERVICE_(HOST|PORT)|PORT_\d+_)/;

function rejectUnknownVariables(environment: Environment): void {
  const known = [...settingNames, 'config'].map(variableOf);
  for (const name of Object.keys(environment)) {
    if (name.startsWith(variablePrefix) && !known.includes(name) && !serviceLink.test(name)) {
      throw new ConfigError(`${name} is not known: expected ${known.join(', ')}`);
    }
  }
}
