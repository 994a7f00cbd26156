/** Imports point one way: server -> app -> http -> dashboards -> ingest | query | kpi | catalogue -> store; domain, errors, config are leaves. */
const layer = (name, comment, from, to) => ({ name, comment, severity: 'error', from: { path: from }, to: { path: to } })
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, path: '^src', pathNot: 'src/(main|cli/[^/]+)\\.ts$' }, to: {} },
    { name: 'no-dev-dependencies', severity: 'error', from: { path: '^src' }, to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] } },
    layer('leaves', 'domain, config and errors know no other layer', '^src/(domain/|config\\.ts|errors\\.ts)', '^src/(?!domain/|errors\\.ts)'),
    layer('store-is-lowest', 'SQL knows nothing of HTTP or of the services', '^src/store', '^src/(http|ingest|query|kpi|catalogue|dashboards|cli|app|main)'),
    layer('services-know-no-http', 'a service can be called from a command as well', '^src/(ingest|query|kpi|catalogue|dashboards)', '^src/(http|cli|app|main)'),
    layer('dashboards-are-made-of-data', 'data knows nothing of how it is shown', '^src/(ingest|query|kpi|catalogue)', '^src/dashboards'),
    layer('http-knows-no-start', 'routes are registered by app, never the other way', '^src/http', '^src/(app|main|cli)'),
    layer('app-knows-no-start', 'the app builds, main listens', '^src/app\\.ts', '^src/(main|cli)')
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] }
  }
}
