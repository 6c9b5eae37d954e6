import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import process from 'node:process';
import ts from 'typescript';

/**
 * Below the program's edge, time, randomness and settings are handed in. This finds where they are taken instead,
 * and calls that leak: `node scripts/check-banned-calls.mjs [FOLDER]`, by default src. Paths named below are relative to that folder.
 */
const folder = resolve(process.argv[2] ?? 'src');
const allowed = [/^main\.ts$/, /^config\//, /^cli\//, /^base\/real-[^/]+\.ts$/];

const time = 'take a Clock (src/base/clock.ts)';
const randomness = 'take a Random (src/base/random.ts)';
const settings = 'take what src/config resolved';
const output = 'take a logger (src/observe)';
const leak = 'it leaves some bytes with a signal that lives on (Node 20): add and remove a listener';

const members = new Map([
  ['Date.now', time],
  ['Math.random', randomness],
  ['process.env', settings],
  ['AbortSignal.any', leak],
  ...['randomUUID', 'randomBytes', 'randomInt', 'randomFill', 'randomFillSync', 'getRandomValues'].map((name) => [
    `crypto.${name}`,
    randomness,
  ]),
]);

const problems = sourceFiles().flatMap((file) => problemsIn(file));
for (const problem of problems) process.stdout.write(`${problem}\n`);
if (problems.length > 0) {
  process.stdout.write(`${problems.length} banned ${problems.length === 1 ? 'call' : 'calls'}\n`);
  process.exitCode = 1;
}

function sourceFiles() {
  return readdirSync(folder, { recursive: true })
    .map((name) => name.split(sep).join('/'))
    .filter((name) => name.endsWith('.ts') && !allowed.some((pattern) => pattern.test(name)));
}

function problemsIn(file) {
  const path = join(folder, file);
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const found = [];
  const visit = (node) => {
    for (const [call, instead] of bannedAt(node)) {
      const { line, character } = source.getLineAndCharacterOfPosition(node.getStart());
      found.push(`${relative(process.cwd(), path)}:${line + 1}:${character + 1} ${call} is banned here: ${instead}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function bannedAt(node) {
  if (ts.isPropertyAccessExpression(node)) return bannedMember(lastName(node.expression), node.name.text);
  if (ts.isElementAccessExpression(node) && ts.isStringLiteral(node.argumentExpression)) {
    return bannedMember(lastName(node.expression), node.argumentExpression.text);
  }
  if ((ts.isNewExpression(node) || ts.isCallExpression(node)) && isNamed(node.expression, 'Date') && (node.arguments ?? []).length === 0) {
    return [[ts.isNewExpression(node) ? 'new Date()' : 'Date()', time]];
  }
  if (ts.isImportDeclaration(node)) return bannedImports(node);
  return [];
}

function bannedMember(owner, name) {
  if (owner === 'console') return [[`console.${name}`, output]];
  const instead = members.get(`${owner}.${name}`);
  return instead === undefined ? [] : [[`${owner}.${name}`, instead]];
}

function bannedImports({ moduleSpecifier, importClause }) {
  const [, owner] = /^(?:node:)?(crypto|process)$/.exec(moduleSpecifier.text) ?? [];
  const bindings = importClause?.namedBindings;
  if (owner === undefined || bindings === undefined || !ts.isNamedImports(bindings)) return [];
  return bindings.elements.flatMap(({ propertyName, name }) => bannedMember(owner, (propertyName ?? name).text));
}

/** `process` in both `process.env` and `globalThis.process.env`. */
function lastName(expression) {
  if (ts.isIdentifier(expression)) return expression.text;
  return ts.isPropertyAccessExpression(expression) ? expression.name.text : undefined;
}

function isNamed(expression, name) {
  return ts.isIdentifier(expression) && expression.text === name;
}
