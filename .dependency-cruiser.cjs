/** Imports point one way: each layer may import itself, the layers named here and the leaves: domain, errors. */
const LAYERS = {
  store: [],
  catalogue: ['store'],
  ingest: ['catalogue', 'store'],
  query: ['catalogue', 'store'],
  kpi: ['query', 'catalogue', 'store'],
  dashboards: ['query', 'catalogue', 'store'],
  http: ['dashboards', 'kpi', 'ingest', 'query', 'catalogue', 'store']
}
const rule = (name, from, to) => ({ name, severity: 'error', from: { path: from }, to: { path: to } })
const inside = (folders) => `^src/(?!(${['domain', ...folders].join('|')})/|errors\\.ts)`

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, path: '^src', pathNot: 'src/(main|cli/[^/]+)\\.ts$' }, to: {} },
    { name: 'no-dev-dependencies', severity: 'error', from: { path: '^src' }, to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] } },
    rule('leaves', '^src/(domain/|config\\.ts|errors\\.ts)', inside([])),
    ...Object.entries(LAYERS).map(([layer, below]) => rule(`${layer}-is-above-what-it-uses`, `^src/${layer}/`, inside([layer, ...below]))),
    // What builds the app does not know what listens.
    rule('app-knows-no-start', '^src/app\\.ts', '^src/(main|start|service|open-app|cli/)'),
    rule('service-knows-no-start', '^src/(open-app|service)\\.ts', '^src/(main|start|cli/)')
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] }
  }
}
