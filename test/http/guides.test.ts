import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { clientOf } from '../../src/cli/demo/client.ts'
import { sendDemo } from '../../src/cli/demo/send.ts'
import { parseDay } from '../../src/domain/calendar.ts'
import { readGuides } from '../../src/http/pages/guides/guide.ts'
import { differs, runSteps, stepsOf, typedOnly } from '../support/guide-commands.ts'
import { operatorToken, startProcess } from '../support/process.ts'

const bins = (id: string): object => ({
  id, authority: 'solihull', service: 'report-missed-bin', occurred_at: `2025-11-27T09:0${id.length % 10}:00Z`
})

interface Given {
  path: string
  /** What has been sent before by the source solihull/bartec. */
  sent?: object[]
  files?: Record<string, string>
}

/** Guides whose blocks of ```sh are run, in this order, on one service: without the demo, then with weeks of it. */
const WITHOUT_DEMO: Given[] = [{ path: 'README.md' }]
const WITH_DEMO: Given[] = [
  { path: 'docs/first-figure.md' },
  { path: 'docs/reading.md' },
  { path: 'docs/series.md' },
  { path: 'docs/formats.md' },
  { path: 'docs/open-data.md' },
  { path: 'docs/feeds.md' },
  { path: 'docs/moving.md' },
  { path: 'docs/governance.md' },
  { path: 'docs/publication.md' },
  { path: 'docs/catalogue.md' },
  {
    path: 'docs/corrections.md',
    sent: [
      { ...bins('SMBC-1'), occurred_at: '2025-11-27T08:31:00Z' },
      { ...bins('SMBC-2'), occurred_at: '2025-11-27T09:02:00Z' },
      bins('13/00858/ABC'),
      bins('2026#7?')
    ],
    files: { 'november.ndjson': `${JSON.stringify(bins('SMBC-9'))}\n` }
  },
  {
    path: 'docs/rejections.md',
    files: { 'events.json': JSON.stringify([bins('R-1'), { ...bins('R-2'), channel: 'Fone' }]) }
  },
  {
    path: 'docs/mappings.md',
    files: {
      'export.csv': 'Missed collections, week of 26/05/2014;;;;;\nRef No;Date reported;How contacted;Ward;Reason;Customer name\n' +
        'MB-0001;27/05/2014 08:31;Phone call;Bickenhill;Bin not out;Zoë Müller\nMB-0002;01/06/2014 23:59;Online;n/a;;Anon\n'
    }
  },
  { path: 'docs/retention.md' },
  {
    path: 'docs/sending.md',
    files: {
      'source.yaml': 'services: [report-missed-bin]\n',
      'bins.csv': 'Case Ref,Date Logged,How Contacted,Ward Name\nB-1,27/11/2025 08:31,web,\nB-2,28/11/2025 10:05,email,\n'
    }
  }
]

/** Why commands of the other guides are not run here. */
const NOT_RUN: Record<string, string> = {
  'docs/backup.md': 'test/faults/backup.test.ts runs them; the others are of Docker and cron',
  'docs/behind-a-proxy.md': 'of proxies; test/http/behind-a-proxy.test.ts runs them',
  'docs/changing.md': 'they need a cluster',
  'docs/command-line-send.md': 'test/faults/send.test.ts runs them',
  'docs/command-line.md': 'test/http/command-line.test.ts runs them, and those whose names begin alike',
  'docs/deploy.md': 'they need Docker or Kubernetes; deploy/try-image.sh runs them',
  'docs/export.md': 'the host is an example; test/http/export-series.test.ts asks for the same',
  'docs/install.md': 'they need root, systemd and a Postgres; the page says on what they were run',
  'docs/observing.md': 'they need a log, a collector and a Prometheus',
  'docs/operations.md': 'of faults: they need something that is broken',
  'docs/partitions.md': 'they need the service to stand still; test/store/partitions.test.ts runs them',
  'docs/soak.md': 'they last as long as one likes',
  'docs/spreadsheets.md': 'they need LibreOffice; npm run test:readers runs it',
  'docs/sql.md': 'they make roles of the whole database; test/store/sql-role.test.ts runs them'
}
/** Single commands of the guides that are run, that are not. */
const TYPED_ONLY: Record<string, string> = {
  'npm ci': 'this checkout has its packages',
  'npm start': 'the service runs already',
  'npm run demo': 'a minute; test/http/demo.test.ts runs it',
  'curl -X PUT http://127.0.0.1:3000/v1/webhooks': 'its host is an example; test/http/webhooks.test.ts has one',
  'curl -X POST "$URL/v1/rejections/1042-17': 'the id is an example; test/http/examples.test.ts replays one',
  'npm run retention': 'the service does it every night; test/store/retention.test.ts runs it'
}

const text = (path: string): string => readFileSync(join(import.meta.dirname, '../..', path), 'utf8')

t.test('the commands of the guides work as they are pasted, and answer as it is written', async (t) => {
  const folder = t.testdir({})
  const { url, end } = await startProcess(join(folder, 'data'))
  t.teardown(async () => await end('SIGTERM'))
  const operator = operatorToken(join(folder, 'data'))
  const client = clientOf(url)
  const tokenOf = async (path: string, body: object): Promise<string> =>
    (await client.request<{ token: string }>('POST', path, operator, body)).token
  const follow = async (guide: Given, env: Record<string, string>): Promise<void> => {
    if (guide.sent !== undefined) await client.request('POST', '/v1/events', env['TOKEN'] ?? '', guide.sent)
    const steps = stepsOf(text(guide.path))
    t.same(await runSteps(steps, { ...guide, url, folder, env }), [], guide.path)
  }
  for (const guide of WITHOUT_DEMO) await follow(guide, {})
  for (const [from = '', to = ''] of [['2025-05-26', '2025-06-09'], ['2026-02-02', '2026-02-09']]) {
    const days = { start: parseDay(from) ?? 0, end: parseDay(to) ?? 0 }
    await sendDemo({ client, operatorToken: operator, days, onProgress: () => undefined })
  }
  await client.request('POST', '/v1/releases', operator, {})
  const env = {
    URL: url,
    LPP_URL: url,
    LPP_TOKEN: operator,
    OPERATOR: operator,
    TOKEN: await tokenOf('/v1/sources/solihull/bartec/tokens', {}),
    ADMINISTRATOR: await tokenOf('/v1/tokens', { role: 'administrator', label: 'Guides', authorities: ['solihull'] })
  }
  for (const guide of WITH_DEMO) await follow(guide, env)
})

t.test('every command of a guide is run, or the reason why not stands here', async (t) => {
  const run = new Set([...WITHOUT_DEMO, ...WITH_DEMO].map(({ path }) => path))
  for (const { path, name, markdown } of (await readGuides()).values()) {
    if (name.includes('/')) continue
    if (run.has(path)) {
      t.ok(stepsOf(markdown).length > 0, `${path} has something to run`)
      for (const command of typedOnly(markdown)) {
        t.ok(Object.keys(TYPED_ONLY).some((beginning) => command.startsWith(beginning)), `${path}: ${command}`)
      }
    } else if (stepsOf(markdown).length + typedOnly(markdown).length > 0) t.ok(NOT_RUN[path], `${path} has commands`)
  }
})

t.test('an answer is compared where the guide shows it', async (t) => {
  t.equal(differs({ a: [{ b: 1, c: 2 }] }, { a: [{ b: 1 }] }), undefined)
  t.match(differs({ a: [{ b: 1 }] }, { a: [{ b: 0 }] }), '/a/0/b is 1')
  t.match(differs({ a: [{ b: 1 }, {}] }, { a: [{ b: 1 }] }), 'shown with 1 elements')
  t.match(differs({ a: null }, { a: 0 }), '/a is null')
  t.match(differs({}, { a: '…' }), '/a is not there')
  t.same(stepsOf('```sh\ncurl x\n```\n\n```json\n{"a":1}\n```\n').map(({ shown }) => shown), [{ a: 1 }])
})
