import { block, type DataIdentifier, freeForm, identifier } from '../identifier.js';

/** Developer guide, "Sensitive data types: Credentials" and "Devices". */
export const credentials: readonly DataIdentifier[] = [
  identifier(
    'AwsSecretKey',
    freeForm('(?<![0-9A-Za-z/+])[0-9A-Za-z/+]{40}(?![0-9A-Za-z/+=])', {
      keywords: ['aws_secret_access_key', 'aws secret key', 'credentials', 'secret access key', 'secret key', 'set-awscredential'],
    }),
  ),
  identifier('OpenSshPrivateKey', pem('OPENSSH PRIVATE KEY')),
  identifier('PgpPrivateKey', pem('PGP PRIVATE KEY BLOCK')),
  identifier(
    'PkcsPrivateKey',
    ...['PRIVATE KEY', 'ENCRYPTED PRIVATE KEY', 'RSA PRIVATE KEY', 'EC PRIVATE KEY', 'DSA PRIVATE KEY'].map(pem),
  ),
  identifier('PuttyPrivateKey', block('PuTTY-User-Key-File-', 'Private-MAC:', / {0,4}[0-9a-f]{0,64}/y)),
  identifier(
    'IpAddress',
    freeForm(`(?<![0-9A-Za-z.])(?:${octet()}\\.){3}${octet()}(?!\\.?[0-9A-Za-z])`),
    freeForm('(?<![0-9A-Za-z:.])(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}(?![0-9A-Za-z:])', { hint: /:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}:/ }),
    freeForm('(?<![0-9A-Za-z:.])(?:[0-9A-Fa-f]{1,4}:){1,6}(?::[0-9A-Fa-f]{1,4}){1,6}(?![0-9A-Za-z:])', { hint: /::/ }),
    freeForm('(?<![0-9A-Za-z:.])(?:[0-9A-Fa-f]{1,4}:){2,7}:(?![0-9A-Za-z:])', { hint: /::/ }),
    freeForm('(?<![0-9A-Za-z:.])::[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){1,6}(?![0-9A-Za-z:])', { hint: /::/ }),
  ),
];

function octet(): string {
  return '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';
}

function pem(label: string) {
  return block(`-----BEGIN ${label}-----`, `-----END ${label}-----`);
}
