import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { collectDefaultMetrics, Registry } from 'prom-client'
import t from 'tap'
import { parse } from 'yaml'
import { buildApp } from '../../src/app.ts'
import { optionsWithoutDatabase } from '../../src/cli/openapi.ts'
import { measureVersion } from '../../src/service-metrics.ts'

const ROOT = join(import.meta.dirname, '../..')
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const registry = new Registry()
collectDefaultMetrics({ register: registry })
measureVersion(registry, '1.0.0')
const app = await buildApp({ ...optionsWithoutDatabase(), registry })
t.teardown(async () => await app.close())
const known = new Set(registry.getMetricsAsArray().map(({ name }) => name))
const ours = [...known].filter((name) => name.startsWith('lpp_'))

const metricsIn = (text: string): string[] =>
  [...new Set([...text.matchAll(/\b(?:lpp|nodejs|process)_[a-z0-9_]+/g)].map(([name]) => name))]
const ofHistogram = (name: string): string => name.replace(/_(?:bucket|sum|count)$/, '')

t.test('the alerts, the dashboard and the page ask for metrics that there are', async (t) => {
  for (const path of ['deploy/prometheus/alerts.yaml', 'deploy/grafana/dashboard.json', 'docs/observing.md']) {
    const asked = metricsIn(read(path)).filter((name) => !/_$/.test(name))
    t.ok(asked.length > 10, path)
    for (const name of asked) t.ok(known.has(name) || known.has(ofHistogram(name)), `${path}: ${name}`)
  }
})

t.test('the page names each', async (t) => {
  const page = read('docs/observing.md')
  for (const name of ours) t.ok(page.includes(`\`${name}\``), name)
})

t.test('each alert has its entry in the run book', async (t) => {
  const { groups } = parse(read('deploy/prometheus/alerts.yaml'))
  const headings = [...read('docs/operations.md').matchAll(/^### (Lpp\w+)$/gm)].map(([, name]) => name)
  const alerts = groups.flatMap(({ rules }: any) => rules)
  t.same(alerts.map(({ alert }: any) => alert), headings, 'in the same order')
  for (const { alert, annotations } of alerts) {
    t.equal(annotations.runbook, `docs/operations.md#${alert.toLowerCase()}`)
  }
})

t.test('every panel of the dashboard has a place of its own and asks something', async (t) => {
  const { panels } = JSON.parse(read('deploy/grafana/dashboard.json'))
  t.equal(new Set(panels.map(({ id }: any) => id)).size, panels.length)
  const isApart = (a: any, b: any): boolean =>
    a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y
  for (const [i, { title, type, gridPos, targets }] of panels.entries()) {
    t.ok(type === 'row' || targets.every(({ expr }: any) => expr !== ''), title)
    t.ok(gridPos.x + gridPos.w <= 24, title)
    t.ok(panels.slice(0, i).every((other: any) => isApart(gridPos, other.gridPos)), title)
  }
})
