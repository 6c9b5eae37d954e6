/** The import directions of the architecture. `to` names everything that `from` may not import. */
function only(name, comment, from, allowed) {
  return {
    name,
    comment,
    severity: 'error',
    from: { path: from },
    to: { path: '^src/', pathNot: [from, ...allowed] },
  };
}

const storePort = '^src/store/(store|key)\\.ts$';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    only('base-stands-alone', 'base imports nothing of ours.', '^src/base/', []),
    only('patterns-stand-alone', 'Patterns of events are pure: services bring the values.', '^src/patterns/', ['^src/base/']),
    only('config-on-base', 'config resolves settings and knows no part that uses them.', '^src/config/', ['^src/base/']),
    only('wire-on-base', 'wire turns bytes into calls: it knows no service.', '^src/wire/', ['^src/base/']),
    only('http-on-wire', 'http is handed the services as values.', '^src/http/', ['^src/wire/', '^src/base/']),
    only('store-port-on-base', 'The port knows no adapter.', '^src/store/[^/]+\\.ts$', ['^src/base/']),
    only('engine-on-store-port', 'The engine knows the port, never an adapter.', '^src/engine/', [storePort, '^src/base/']),
    only('observe-on-ports', 'observe sees the engine, the store and the calls through their ports.', '^src/observe/', [
      '^src/base/',
      '^src/engine/(engine|topics/topics)\\.ts$',
      '^src/store/store\\.ts$',
      '^src/http/ports\\.ts$',
    ]),
    only('workers-on-engine', 'workers act on the outside world for the engine.', '^src/workers/', [
      '^src/engine/',
      '^src/wire/',
      '^src/base/',
    ]),
    {
      name: 'store-adapter-on-port',
      comment: 'An adapter knows the port and itself, not the other adapters.',
      severity: 'error',
      from: { path: '^src/store/([^/]+)/' },
      to: { path: '^src/', pathNot: ['^src/store/$1/', '^src/store/[^/]+\\.ts$', '^src/base/'] },
    },
    {
      name: 'service-on-engine',
      comment: 'A service knows the engine and the wire types, never another service.',
      severity: 'error',
      from: { path: '^src/services/([^/]+)/' },
      to: { path: '^src/', pathNot: ['^src/services/$1/', '^src/engine/', '^src/patterns/', '^src/wire/', '^src/base/'] },
    },
    {
      name: 'nobody-imports-the-root',
      comment: 'main wires everything: only the command line and the embedding API stand above it.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/cli/', '^src/index\\.ts$', '^src/main\\.ts$'] },
      to: { path: '^src/(main\\.ts$|index\\.ts$|cli/)' },
    },
    {
      name: 'main-below-cli',
      comment: 'main and the embedding API know nothing of the command line.',
      severity: 'error',
      from: { path: '^src/(main|index)\\.ts$' },
      to: { path: '^src/cli/' },
    },
    { name: 'no-cycles', comment: 'Type-only imports count too.', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-dead-files',
      comment: 'A file that nobody imports is dead, unless it is where the program begins.',
      severity: 'error',
      from: { orphan: true, pathNot: ['^src/index\\.ts$', '^src/cli/bin\\.ts$', '\\.d\\.ts$'] },
      to: {},
    },
    {
      name: 'no-unlisted-packages',
      comment: 'What the program imports must be a dependency, not a development dependency.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined'] },
    },
    { name: 'no-unresolvable', comment: 'Every import leads somewhere.', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] },
  },
};
