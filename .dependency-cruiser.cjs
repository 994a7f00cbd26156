/** Imports point one way: each room may import itself, the rooms below it in this list, and errors. */
const ROOMS = [
  'performance-platform', 'http', 'webhooks', 'charts', 'open-data', 'export', 'open-views', 'kpi', 'series', 'disclosure', 'releases', 'cache', 'retention', 'quarantine', 'observations', 'events', 'mappings', 'files', 'intake',
  'rollups', 'catalogue', 'outbox', 'postgres', 'embedded-postgres', 'domain', 'json', 'telemetry', 'threads'
]
const rule = (name, from, to) => ({ name, severity: 'error', from: { path: from }, to: { path: to } })
const inside = (folders) => `^src/(?!(${folders.join('|')})/|errors\\.ts)`

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, path: '^src', pathNot: 'src/(main|cli/[^/]+|tool/main)\\.ts$' },
      to: {}
    },
    {
      name: 'no-dev-dependencies',
      severity: 'error',
      from: { path: '^src' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] }
    },
    rule('leaves', '^src/(config|errors)\\.ts', inside(['domain'])),
    ...ROOMS.map((room, i) => rule(`${room}-is-above-what-it-uses`, `^src/${room}/`, inside(ROOMS.slice(i)))),
    // Nobody else knows how rollups are packed, what is pending, or which tables there are.
    rule('rollups-by-the-door', '^src/(?!rollups/)', '^src/rollups/(?!index\\.ts)'),
    // Only the thread that draws loads the library: to load it takes 200 ms and 40 MB.
    rule('charts-in-their-thread', '^src/(?!charts/(drawing/|worker))', '^src/charts/drawing/(?!dates|units)'),
    // The old dialect is entered from the app alone.
    rule('dialect-by-the-app', '^src/(?!performance-platform/|app\\.ts|cli/)', '^src/performance-platform/'),
    // What builds the app does not know what listens.
    rule('app-knows-no-start', '^src/app\\.ts', '^src/((main|start|service|open-app)\\.ts|cli/)'),
    rule('service-knows-no-start', '^src/(open-app|service)\\.ts', '^src/(main|start|cli/)'),
    // What is installed at a sender's knows the contract alone; files it looks at as the service does. Nor does the
    // service know it.
    rule('tool-by-the-contract', '^src/tool/', `^src/(?!(tool|client|files)/|(${[
      'embedded-postgres/(durable|directory-lock)', 'json/(explain-json|fault)', 'domain/slices'
    ].join('|')})\\.ts)`),
    // The example shows what a front end can do with public answers alone.
    rule('example-by-the-client', '^examples/', '^(src/(?!client/)|test/)'),
    rule('client-by-the-contract', '^src/client/', '^src/(?!client/)'),
    rule('service-without-its-tool', '^src/(?!(tool|client)/)', '^src/(tool|client)/')
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] }
  }
}
