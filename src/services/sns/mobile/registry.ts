import { hash } from 'node:crypto';
import type { Documents, DocumentTransaction } from '../../../engine/documents.js';
import { isRefusal, type Refusal } from '../../../wire/refusal.js';
import { applicationDoesNotExist, endpointDoesNotExist, invalid, storageFull } from '../errors.js';
import { sweptEndpointsMax } from '../limits.js';
import type { ApplicationAttributes } from './application-attributes.js';
import { type EndpointAttributes, hasWhatIsAsked, type NewEndpoint } from './endpoint-attributes.js';
import { type ApplicationArn, type EndpointArn, type EndpointParts, endpointArn } from './mobile-arn.js';

export interface Application {
  readonly arn: ApplicationArn;
  /** A UUID; not that of an earlier application of the same ARN. */
  readonly id: string;
  readonly attributes: ApplicationAttributes;
}

export interface PlatformEndpoint {
  readonly arn: EndpointArn;
  readonly application: Application;
  readonly attributes: EndpointAttributes;
}

export type EndpointChange = 'EndpointCreated' | 'EndpointDeleted' | 'EndpointUpdated';

/** `origin`: of this server, as it was reached by who asked for the change. */
export type Tell = (endpoint: PlatformEndpoint, change: EndpointChange, origin: string) => void;

/** Documents that change together with what is to be told of the change. A refusal: the disk is full, and nothing changed. */
export interface EndpointChanges {
  transact<T>(collection: string, body: (documents: DocumentTransaction, tell: Tell) => T): Promise<T | Refusal>;
}

/**
 * Platform applications and their endpoints, which this class alone writes, as documents below `sns/mobile/`:
 *
 *     a/<ARN>                       an application
 *     e/<application's id>/<UUID>   an endpoint
 *     t/<application's id>/<hash>   the UUID of the endpoint that has the token of this hash
 *     s/<application's id>          what is left of a deleted application is to be removed
 *
 * M1  Every endpoint has its token, and every token its endpoint: they change in one transaction.
 * M2  An application that was deleted has no endpoints from that moment on, as they go by its id; `sweep` removes them later.
 * M3  An endpoint that a client creates, changes or deletes is told of: by a message of the same transaction.
 */
export class MobileRegistry {
  constructor(
    private readonly documents: Documents,
    private readonly changes: EndpointChanges,
  ) {}

  /** `id`: a UUID, should it be new. */
  async createApplication(arn: ApplicationArn, id: string, attributes: ApplicationAttributes): Promise<Application | Refusal> {
    if (!this.documents.hasRoom()) return storageFull();
    return this.documents.transact(root, (documents) => {
      const known = applicationIn(documents, arn);
      if (known === undefined) {
        documents.write(applicationName(arn), JSON.stringify({ layout, id, attributes }));
        return { arn, id, attributes };
      }
      return isSame(known.attributes, attributes) ? known : existsOtherwise();
    });
  }

  async findApplication(arn: ApplicationArn): Promise<Application | undefined> {
    return readApplication(arn, await this.documents.read(applicationName(arn)));
  }

  /** Ascending by ARN. */
  async listApplications(prefix: string, after: string | undefined, limit: number): Promise<readonly Application[]> {
    const page = await this.documents.list({ prefix: `${root}a/${prefix}`, after: after && `${root}a/${after}`, limit });
    return page.flatMap(({ name, content }) => readApplication(name.slice(root.length + 2) as ApplicationArn, content) ?? []);
  }

  /** `change` is pure and may be run again. */
  async changeApplication(
    arn: ApplicationArn,
    change: (current: Application) => ApplicationAttributes | Refusal,
  ): Promise<Application | Refusal> {
    if (!this.documents.hasRoom()) return storageFull();
    return this.documents.transact(root, (documents) => {
      const known = applicationIn(documents, arn);
      if (known === undefined) return applicationDoesNotExist();
      const attributes = change(known);
      if (isRefusal(attributes)) return attributes;
      documents.write(applicationName(arn), JSON.stringify({ layout, id: known.id, attributes }));
      return { ...known, attributes };
    });
  }

  /** Whether there was one. */
  deleteApplication(arn: ApplicationArn): Promise<boolean> {
    return this.documents.transact(root, (documents) => {
      const known = applicationIn(documents, arn);
      if (known === undefined) return false;
      documents.delete(applicationName(arn));
      documents.write(`${root}s/${known.id}`, '');
      return true;
    });
  }

  /** `id`: a UUID, should it be new. */
  async createEndpoint(arn: ApplicationArn, id: string, asked: NewEndpoint, origin: string): Promise<PlatformEndpoint | Refusal> {
    if (!this.documents.hasRoom()) return storageFull();
    return this.changes.transact(root, (documents, tell) => {
      const application = applicationIn(documents, arn);
      if (application === undefined) return applicationDoesNotExist();
      const { attributes } = asked;
      const known = documents.read(tokenName(application, attributes.Token));
      if (known === undefined) {
        documents.write(endpointName(application, id), endpointText(attributes));
        documents.write(tokenName(application, attributes.Token), id); // M1
        const created = { arn: endpointArn(arn, id), application, attributes };
        tell(created, 'EndpointCreated', origin); // M3
        return created;
      }
      const endpoint = endpointIn(documents, application, known);
      if (endpoint === undefined) throw new Error(`the token of an endpoint of ${arn} leads to none`);
      return hasWhatIsAsked(endpoint.attributes, asked) ? endpoint : tokenTaken(endpoint.arn);
    });
  }

  async findEndpoint({ application: arn, id }: EndpointParts): Promise<PlatformEndpoint | undefined> {
    const application = await this.findApplication(arn);
    return application && readEndpoint(application, id, await this.documents.read(endpointName(application, id)));
  }

  /** Ascending by id. `after` is the id of an endpoint. */
  async listEndpoints(application: Application, after: string | undefined, limit: number): Promise<readonly PlatformEndpoint[]> {
    const prefix = endpointName(application, '');
    const page = await this.documents.list({ prefix, after: after && `${prefix}${after}`, limit });
    return page.flatMap(({ name, content }) => readEndpoint(application, name.slice(prefix.length), content) ?? []);
  }

  /** `change` is pure and may be run again. Without an origin nobody asked for it, and nobody is told. */
  async changeEndpoint(
    { application: arn, id }: EndpointParts,
    change: (current: PlatformEndpoint) => EndpointAttributes | Refusal,
    origin?: string,
  ): Promise<PlatformEndpoint | Refusal> {
    if (!this.documents.hasRoom()) return storageFull();
    return this.changes.transact(root, (documents, tell) => {
      const application = applicationIn(documents, arn);
      const before = application && endpointIn(documents, application, id);
      if (application === undefined || before === undefined) return endpointDoesNotExist();
      const attributes = change(before);
      if (isRefusal(attributes)) return attributes;
      const token = tokenName(application, attributes.Token);
      const holder = documents.read(token);
      if (holder !== undefined && holder !== id) return tokenTaken(endpointArn(arn, holder));
      if (holder === undefined) {
        documents.delete(tokenName(application, before.attributes.Token)); // M1
        documents.write(token, id);
      }
      documents.write(endpointName(application, id), endpointText(attributes));
      const after = { ...before, attributes };
      if (origin !== undefined && !isSame({ ...before.attributes }, { ...attributes })) tell(after, 'EndpointUpdated', origin); // M3
      return after;
    });
  }

  /** One that is not there is no refusal. */
  deleteEndpoint({ application: arn, id }: EndpointParts, origin: string): Promise<Refusal | undefined> {
    return this.changes.transact(root, (documents, tell) => {
      const application = applicationIn(documents, arn);
      const known = application && endpointIn(documents, application, id);
      if (application === undefined || known === undefined) return undefined;
      documents.delete(endpointName(application, id));
      documents.delete(tokenName(application, known.attributes.Token)); // M1
      tell(known, 'EndpointDeleted', origin); // M3
      return undefined;
    });
  }

  /** Removes some of what deleted applications have left. Whether there is more. */
  async sweep(): Promise<boolean> {
    const [deleted] = await this.documents.list({ prefix: `${root}s/`, limit: 1 });
    if (deleted === undefined) return false;
    const id = deleted.name.slice(root.length + 2);
    await this.documents.transact(root, (documents) => {
      const left = ['e', 't'].flatMap((kind) => documents.list({ prefix: `${root}${kind}/${id}/`, limit: sweptEndpointsMax }));
      for (const { name } of left) documents.delete(name);
      if (left.length === 0) documents.delete(deleted.name);
    });
    return true;
  }
}

const root = 'sns/mobile/';
const layout = 1;

function applicationName(arn: ApplicationArn): string {
  return `${root}a/${arn}`;
}

function endpointName({ id: application }: Application, id: string): string {
  return `${root}e/${application}/${id}`;
}

/** Tokens may be longer than a name. */
function tokenName({ id: application }: Application, token: string): string {
  return `${root}t/${application}/${hash('sha256', token)}`;
}

function applicationIn(documents: DocumentTransaction, arn: ApplicationArn): Application | undefined {
  return readApplication(arn, documents.read(applicationName(arn)));
}

function endpointIn(documents: DocumentTransaction, application: Application, id: string): PlatformEndpoint | undefined {
  return readEndpoint(application, id, documents.read(endpointName(application, id)));
}

function readApplication(arn: ApplicationArn, text: string | undefined): Application | undefined {
  if (text === undefined) return undefined;
  const { id, attributes }: Application = parsed(text);
  return { arn, id, attributes };
}

function readEndpoint(application: Application, id: string, text: string | undefined): PlatformEndpoint | undefined {
  if (text === undefined) return undefined;
  const { attributes }: PlatformEndpoint = parsed(text);
  return { arn: endpointArn(application.arn, id), application, attributes };
}

function endpointText(attributes: EndpointAttributes): string {
  return JSON.stringify({ layout, attributes });
}

function parsed<T>(text: string): T {
  const stored: T & { readonly layout: number } = JSON.parse(text);
  if (stored.layout !== layout) throw new Error(`a record of mobile push has layout ${stored.layout}, known is ${layout}`);
  return stored;
}

function isSame(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => one[name] === other[name]);
}

function existsOtherwise(): Refusal {
  return invalid('Attributes Reason: PlatformApplication already exists with different attributes');
}

function tokenTaken(arn: EndpointArn): Refusal {
  return invalid(`Token Reason: Endpoint ${arn} already exists with the same Token, but different attributes.`);
}
