import type { AccountId, Region } from './ids.js';

export function isAccountId(text: string): text is AccountId {
  return /^\d{12}$/.test(text);
}

/** AWS general reference, "Amazon Resource Names": China and GovCloud are partitions of their own. */
export function partitionOf(region: Region): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  if (region.startsWith('us-gov-')) return 'aws-us-gov';
  return 'aws';
}
