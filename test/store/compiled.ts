import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The store and one test program as JavaScript, for processes of their own. `program` is its file name in this folder. */
export async function compileProgram(program: string): Promise<{ readonly file: string; remove(): Promise<void> }> {
  const parent = join(root, 'node_modules/.cache'); // below node_modules, so that packages are found from there
  await mkdir(parent, { recursive: true });
  const out = await mkdtemp(join(parent, 'signalbox-store-'));
  const sources = (await readdir(join(root, 'src/store'), { recursive: true })).map((name) => join(root, 'src/store', name));
  const own = join(root, 'test/store', program);
  for (const source of [...sources, own].filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))) {
    const target = join(out, relative(root, source)).replace(/\.ts$/, '.js');
    const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022, verbatimModuleSyntax: true };
    const { outputText } = ts.transpileModule(await readFile(source, 'utf8'), { compilerOptions: options });
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, outputText);
  }
  await writeFile(join(out, 'package.json'), '{"type":"module"}');
  return { file: join(out, relative(root, own)).replace(/\.ts$/, '.js'), remove: () => rm(out, { recursive: true }) };
}
