/** Lines of columns for people, each as wide as its widest cell; nothing stands behind the last. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [heads, ...rows];
  const widths = heads.map((_, at) => Math.max(...lines.map((cells) => (cells[at] ?? '').length)));
  const line = (cells: readonly string[]): string => cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ');
  return lines.map((cells) => `${line(cells).trimEnd()}\n`).join('');
}
