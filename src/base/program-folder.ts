/** `src/` or, built, `dist/`: this file, and the chunk that it becomes part of, lie one folder below. */
export const programFolder = new URL('..', import.meta.url);
