import type { ConnectionAuthConfig, ConnectionConfig, HttpParametersConfig } from './config.js';
import type { ConnectionSection, HttpParametersSection } from './sections.js';

export function connectionConfig(section: ConnectionSection): ConnectionConfig {
  const { name, account = '000000000000', region = 'us-east-1', allowHttp = false } = section;
  return { name, account, region, auth: authOf(section), parameters: parametersOf(section), allowHttp };
}

function authOf({ apiKey, basic, oauth }: ConnectionSection): ConnectionAuthConfig {
  if (apiKey !== undefined) return { kind: 'apiKey', ...apiKey };
  if (basic !== undefined) return { kind: 'basic', ...basic };
  if (oauth === undefined) return { kind: 'none' };
  const { url, method = 'POST', clientId, clientSecret } = oauth;
  return { kind: 'oauth', url, method, clientId, clientSecret, parameters: parametersOf(oauth) };
}

function parametersOf({ headers, query, body }: HttpParametersSection): HttpParametersConfig {
  return { headers: { ...headers }, query: { ...query }, body: { ...body } };
}
