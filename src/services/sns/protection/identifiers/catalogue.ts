import type { DataIdentifier } from '../identifier.js';
import { credentials } from './credentials.js';
import { driversLicenses } from './drivers-licenses.js';
import { financial } from './financial.js';
import { health } from './health.js';
import { numbers } from './numbers.js';
import { personal } from './personal.js';

/** Every managed identifier by its name; developer guide, "Using managed data identifiers in Amazon SNS". */
export const managedIdentifiers: ReadonlyMap<string, DataIdentifier> = new Map(
  [...credentials, ...financial, ...health, ...driversLicenses, ...numbers, ...personal].map((each) => [each.name, each]),
);
