/** Names and indexes from the top of a file or of options: `resources.queues[0].name`. */
export type SettingPath = readonly string[];

export function shownPath(path: SettingPath): string {
  return path.reduce((text, segment) => (/^\d+$/.test(segment) ? `${text}[${segment}]` : text === '' ? segment : `${text}.${segment}`), '');
}
