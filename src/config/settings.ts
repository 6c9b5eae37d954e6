import { durabilities, logLevels } from './config.js';

/** What a setting's value is. From flags and the environment it comes as text, from files and programs typed. */
export type ValueKind =
  | { readonly kind: 'integer'; readonly min: number; readonly max: number }
  | { readonly kind: 'choice'; readonly of: readonly string[] }
  | { readonly kind: 'text'; readonly expected: string }
  | { readonly kind: 'origin' }
  | { readonly kind: 'switch' };

export interface Setting {
  readonly value: ValueKind;
  /** What stands for the value in `--help`; a switch takes none. */
  readonly placeholder?: string;
  readonly description: string;
  readonly default: string | number | boolean | undefined;
}

/** All settings that are one value, once for flags, environment, file and embedding. Names are those of the YAML file. */
export const settings = {
  port: {
    value: { kind: 'integer', min: 0, max: 65_535 },
    placeholder: 'NUMBER',
    description: 'port to listen on; 0 picks a free one',
    default: 4566,
  },
  host: {
    value: { kind: 'text', expected: 'an address or host name' },
    placeholder: 'ADDRESS',
    description: 'address to listen on; other than loopback needs --insecure',
    default: '127.0.0.1',
  },
  publicUrl: {
    value: { kind: 'origin' },
    placeholder: 'URL',
    description: 'how clients reach the broker, for the URLs that it gives out; as each request came where it is not set',
    default: undefined,
  },
  data: {
    value: { kind: 'text', expected: 'the path of a folder on a local disk' },
    placeholder: 'DIR',
    description: 'folder that keeps everything; created where it is missing',
    default: './signalbox-data',
  },
  ephemeral: {
    value: { kind: 'switch' },
    description: 'keep everything in memory: it is gone when the broker stops',
    default: false,
  },
  durability: {
    value: { kind: 'choice', of: durabilities },
    placeholder: 'MODE',
    description: 'strict: on disk before a success is answered; relaxed: a power loss may cost the newest messages, or all',
    default: 'strict',
  },
  logLevel: {
    value: { kind: 'choice', of: logLevels },
    placeholder: 'LEVEL',
    description: `least severe lines to log on stderr: ${logLevels.join(', ')}`,
    default: 'info',
  },
  insecure: {
    value: { kind: 'switch' },
    description: 'allow to listen on other than loopback without authentication',
    default: false,
  },
  denyPrivateEndpoints: {
    value: { kind: 'switch' },
    description:
      'deliver to no address of this machine or of a private network; always so where other than loopback is listened on, unless set to false',
    default: undefined,
  },
  testClock: {
    value: { kind: 'switch' },
    description: 'let POST /_signalbox/clock move the time, for tests',
    default: false,
  },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof settings;
export const settingNames = Object.keys(settings) as readonly SettingName[];

export function isSettingName(name: string): name is SettingName {
  return (settingNames as readonly string[]).includes(name);
}

/** The values of settings that one source gives. */
export interface SettingValues {
  readonly port?: number | undefined;
  readonly host?: string | undefined;
  readonly publicUrl?: string | undefined;
  readonly data?: string | undefined;
  readonly ephemeral?: boolean | undefined;
  readonly durability?: (typeof durabilities)[number] | undefined;
  readonly logLevel?: (typeof logLevels)[number] | undefined;
  readonly insecure?: boolean | undefined;
  readonly denyPrivateEndpoints?: boolean | undefined;
  readonly testClock?: boolean | undefined;
}

/** Names a file of settings: from flags, the environment and embedding, not from a file. */
export const configFileSetting = {
  value: { kind: 'text', expected: 'the path of a YAML file' },
  placeholder: 'FILE',
  description: 'YAML file of settings, and of queues to create at start',
  default: undefined,
} as const satisfies Setting;

/** `logLevel` is `--log-level`. */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

export const variablePrefix = 'SIGNALBOX_';

/** `logLevel` is `SIGNALBOX_LOG_LEVEL`. */
export function variableOf(name: string): string {
  return variablePrefix + name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}
