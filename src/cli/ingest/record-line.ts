import { styleText } from 'node:util';

/** What lines about records are made of. */
export function sizeOf(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  const units = ['KB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1_000 ** power).toFixed(1)} ${units[power - 1]}`;
}

/** What producers have sent: a terminal is to show it, not to obey it. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** `core/tx-17`, as far as there is something. */
export function sourceOf(source: { readonly sourceSystemID?: unknown; readonly sourceTransactionID?: unknown }): string {
  const parts = [source.sourceSystemID, source.sourceTransactionID].filter((part) => typeof part === 'string');
  return parts.length === 0 ? '-' : parts.join('/');
}

/** In colour where a terminal shows it. */
export function stateText(state: string, width = 0): string {
  const text = state.padEnd(width);
  if (!process.stdout.isTTY) return text;
  if (state === 'failed') return styleText('red', text);
  return state === 'archived' ? styleText('green', text) : text;
}

export const stateWidth = 'metadataStored'.length + 1;
