/**
 * How tasks of `http:invoke` show an API who they are: what EventBridge keeps as a connection. Connections are named by their ARN, and their
 * secrets are in no definition, no history and no message of an error.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-target-connection.html
 */
export interface Connection {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly auth: ConnectionAuth;
  /** Added to every request: they win over what the task says. */
  readonly parameters: HttpParameters;
  /** Requests without TLS may leave this machine. */
  readonly allowHttp: boolean;
}

export type ConnectionAuth =
  | { readonly kind: 'none' }
  /** A header. */
  | { readonly kind: 'apiKey'; readonly name: string; readonly value: string }
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  | OAuth;

/** Client credentials, RFC 6749, section 4.4. */
export interface OAuth {
  readonly kind: 'oauth';
  readonly url: string;
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly clientId: string;
  readonly clientSecret: string;
  /** Added to the request for a token. */
  readonly parameters: HttpParameters;
}

export interface HttpParameters {
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, string>>;
}

/** One that adds nothing. */
export const bareConnection: Connection = {
  name: '',
  account: '',
  region: '',
  auth: { kind: 'none' },
  parameters: { headers: {}, query: {}, body: {} },
  allowHttp: true,
};

/** With or without the id that EventBridge puts behind the name. */
const connectionArn = /^arn:aws[a-z-]*:events:([a-z0-9-]+):(\d{12}):connection\/([.\w-]{1,64})(?:\/[\w-]+)?$/;

export function connectionOf(connections: readonly Connection[], arn: string): Connection | undefined {
  const [, region, account, name] = connectionArn.exec(arn) ?? [];
  return connections.find((one) => one.name === name && one.account === account && one.region === region);
}
