import type { Command } from 'commander';
import { ConfigError } from '../config/config-error.js';
import { resolveProgram } from '../config/resolve.js';
import { configFileSetting, settings } from '../config/settings.js';
import type { Flags } from '../config/sources.js';
import { settingOption } from './setting-option.js';

/** Which broker a command talks to: flags of it. */
export interface BrokerFlags {
  readonly url?: string;
  readonly port?: string;
  readonly config?: string;
}

/** A broker that was asked for something and said no, or was not there. The message says all that there is to say. */
export class BrokerError extends Error {
  override readonly name = 'BrokerError';
}

/** Adds the flags that say which broker is meant: by default the one that `signalbox start` runs here with the same settings. */
export function withBrokerOptions(command: Command): Command {
  return command
    .option('--url <URL>', 'the broker to talk to, in place of --port and --config')
    .addOption(settingOption('port', { ...settings.port, description: 'port of the broker on this machine' }))
    .addOption(settingOption('config', { ...configFileSetting, description: 'YAML file that the broker was started with' }));
}

/** The broker's pages and services. */
export class RunningBroker {
  private constructor(readonly url: string) {}

  static async of({ url, port, config }: BrokerFlags): Promise<RunningBroker> {
    if (url !== undefined) return new RunningBroker(originOf(url));
    const flags: Flags = { ...(port !== undefined && { port }), ...(config !== undefined && { config }) };
    const resolved = await resolveProgram(flags, process.env);
    return new RunningBroker(`http://${reachable(resolved.host)}:${resolved.port}`);
  }

  /** The page's JSON. What is no success is thrown as a `BrokerError` with what the broker says. */
  async call(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<Readonly<Record<string, unknown>>> {
    const response = await this.fetch(path, { method, ...(body !== undefined && { body: JSON.stringify(body) }) });
    const text = await response.text();
    const answer = jsonOf(text);
    if (response.ok && answer !== undefined) return answer;
    throw new BrokerError(saidBy(answer) ?? `${this.url}${path} answered ${response.status}: ${text.slice(0, 500)}`);
  }

  /** An operation of a service, in AWS JSON, as the account and in the Region that are there by default. */
  async callService(target: string, input: object): Promise<Readonly<Record<string, unknown>>> {
    const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': target };
    const response = await this.fetch('/', { method: 'POST', headers, body: JSON.stringify(input) });
    const text = await response.text();
    const answer = jsonOf(text);
    if (response.ok && answer !== undefined) return answer;
    throw new BrokerError(
      typeof answer?.message === 'string' ? answer.message : `${this.url} answered ${response.status}: ${text.slice(0, 500)}`,
    );
  }

  async fetch(path: string, request: RequestInit = {}): Promise<Response> {
    try {
      return await fetch(this.url + path, { redirect: 'error', ...request });
    } catch (fault) {
      throw new BrokerError(`no broker answers at ${this.url} (${reasonOf(fault)}): start it, or say with --url or --port where it is`);
    }
  }
}

function originOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol === 'http:' || parsed?.protocol === 'https:') return parsed.origin;
  throw new ConfigError(`--url is ${JSON.stringify(url)}: expected a URL such as http://127.0.0.1:4566`);
}

/** What listens on every address is reached on loopback. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

/** Pages say in `message` what is wrong, or where there is no code beside it, in `error`. */
function saidBy(answer: Readonly<Record<string, unknown>> | undefined): string | undefined {
  return [answer?.message, answer?.error].find((each) => typeof each === 'string');
}

function jsonOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}

function reasonOf(fault: unknown): string {
  const cause = fault instanceof Error && fault.cause instanceof Error ? fault.cause : fault;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? code : cause instanceof Error ? cause.message : String(cause);
}
