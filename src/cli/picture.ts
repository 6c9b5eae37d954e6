import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * Graphs as pictures. Graphviz knows how wide letters of Arial are; Arimo has the same widths, and comes with the package, so that a picture looks the same on every
 * machine. Both libraries are WebAssembly: nothing is compiled or downloaded when they are installed.
 */

const require = createRequire(import.meta.url);

const family = 'Arimo, Arial, Helvetica, sans-serif';

export async function svgOf(graph: string): Promise<string> {
  const { Graphviz } = await import('@hpcc-js/wasm-graphviz');
  const graphviz = await Graphviz.load();
  const svg = graphviz.dot(graph, 'svg').replaceAll('font-family="Arial"', `font-family="${family}"`);
  const [, title = ''] = /<title>([^<]*)<\/title>/.exec(svg) ?? [];
  return svg.replace('<svg ', `<svg role="img" aria-label="${title}" `); // for those who have pictures read out
}

/** The library takes its program once in a process. */
let ready: Promise<void> | undefined;

/** Twice the size of the SVG, for screens with small dots. */
export async function pngOf(svg: string): Promise<Uint8Array> {
  const { initWasm, Resvg } = await import('@resvg/resvg-wasm');
  ready ??= readFile(require.resolve('@resvg/resvg-wasm/index_bg.wasm')).then(initWasm);
  await ready;
  const picture = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: 2 },
    background: 'white',
    font: { fontBuffers: await fontsIn(dirname(require.resolve('@fontsource/arimo/package.json'))), defaultFontFamily: 'Arimo' },
  });
  return picture.render().asPng();
}

/** Every script that the font has is a file of its own. */
async function fontsIn(folder: string): Promise<Uint8Array[]> {
  const files = (await readdir(join(folder, 'files'))).filter((name) => /-400-normal\.woff2$/.test(name));
  return Promise.all(files.map((name) => readFile(join(folder, 'files', name))));
}
