/** Path and query of a request's URL, without the `?` between them. */
export function partsOf(url = '/'): { readonly path: string; readonly query: string } {
  const mark = url.indexOf('?');
  return mark < 0 ? { path: url, query: '' } : { path: url.slice(0, mark), query: url.slice(mark + 1) };
}
