import fc from 'fast-check'
import t from 'tap'
import { call, event, kpiUrl, observation, put, send, seriesUrl, testSource, urlOf } from '../support/builders.ts'
import { MOST_LAG_MS, replicatedApp, startServers } from '../support/standby.ts'

const MAY = { period: 'month', start_on: '2014-05-01', end_on: '2014-05-31' }
const OF_SERVICE = { service: 'report-missed-bin' }

/** Addresses, and how many events of Solihull each tells of. */
const QUESTIONS: Array<{ url: string, countOf: (body: any) => number }> = [
  { url: seriesUrl(MAY), countOf: ({ data }) => data[0].values[0].value ?? 0 },
  { url: kpiUrl('transactions', MAY), countOf: ({ data }) => data[0].values[0].value ?? 0 },
  // Of all authorities: kept by the state of the whole database.
  {
    url: urlOf('/v1/series', { ...OF_SERVICE, ...MAY, group_by: 'authority' }),
    countOf: ({ data }) =>
      data.find(({ group }: { group: { authority: string } }) => group.authority === 'solihull')?.values[0].value ?? 0
  },
  {
    url: urlOf('/v1/kpis/transactions/comparison', { ...OF_SERVICE, period: 'month', start_on: '2014-05-01' }),
    countOf: ({ data }) => data.find(({ authority }: { authority: { slug: string } }) => authority.slug === 'solihull')?.value ?? 0
  },
  {
    url: urlOf('/data/solihull-report-missed-bin/transactions-by-channel', {
      period: 'month', collect: 'count:sum', start_at: '2014-05-01T00:00:00Z', end_at: '2014-06-01T00:00:00Z'
    }),
    countOf: ({ data }) => data[0]['count:sum'] ?? 0
  }
]

const anyStep = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ kind: 'event' as const }) },
  { weight: 1, arbitrary: fc.constantFrom({ kind: 'figure' as const }, { kind: 'note' as const }, { kind: 'rule' as const }) },
  { weight: 2, arbitrary: fc.constantFrom({ kind: 'pause' as const }, { kind: 'resume' as const }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('time' as const), ms: fc.integer({ min: 1, max: 4000 }) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('read' as const), question: fc.nat(QUESTIONS.length - 1), known: fc.boolean()
    })
  }
)

t.test('whatever is committed, and however the replica lags: no answer is older than it says', async (t) => {
  const servers = await startServers(t)
  const world = await replicatedApp(t, servers)
  const { app, stopwatch, caughtUp } = world
  const source = await testSource(app)
  let [events, others] = [0, 0]
  /** When each event was acknowledged. */
  const sentAt: number[] = []
  const sendOne = async (): Promise<void> => {
    await send(app, 'events', source, event(`e${events++}`))
    sentAt.push(stopwatch.now)
  }
  await sendOne()
  const known = new Map<string, { etag: string, count: number }>()
  const seen = { primary: 0, replica: 0, behind: 0, unchanged: 0 }

  const read = async (question: number, sendsEtag: boolean): Promise<void> => {
    const { url, countOf } = QUESTIONS[question]!
    const before = known.get(url)
    const now = stopwatch.now
    const { status, headers, body } = await call(app, 'GET', url,
      sendsEtag && before !== undefined ? { 'if-none-match': before.etag } : {})
    if (status !== 200 && status !== 304) throw new Error(`${url}: ${status} ${JSON.stringify(body)}`)
    const count = status === 304 ? before!.count : countOf(body)
    if (status === 304) seen.unchanged++
    if (typeof headers['etag'] === 'string') known.set(url, { etag: headers['etag'], count })
    const age = headers['age'] === undefined ? undefined : Number(headers['age']) * 1000
    seen[age === undefined ? 'primary' : 'replica']++
    if (count < events) seen.behind++
    const [, most] = /max-age=(\d+)/.exec(String(headers['cache-control'])) ?? [undefined, 0]
    const least = age === undefined ? events : sentAt.filter((at) => at < now - age).length
    const says = `${url}: ${count} of ${events}, at least ${least}; age ${age ?? 'none'}, ${status}`
    if (count < least || count > events) throw new Error(says)
    if (age !== undefined && (age > MOST_LAG_MS || age > Number(most) * 1000)) throw new Error(`too old: ${says}`)
  }

  await fc.assert(fc.asyncProperty(fc.array(anyStep, { minLength: 10, maxLength: 30 }), async (steps) => {
    for (const step of steps) {
      stopwatch.now++
      switch (step.kind) {
        case 'event':
          await sendOne()
          break
        case 'figure':
          await send(app, 'observations', source, observation({ value: ++others, revision: others }))
          break
        case 'note':
          await put(app, '/v1/annotations', { id: 'snow', authority: 'solihull', start_on: '2014-05-27', note: `${++others}` })
          break
        case 'rule':
          await put(app, '/v1/disclosure-rules/solihull/report-missed-bin/ward', { threshold: 5 + ++others % 3 })
          break
        case 'pause':
          await servers.standby.ask('SELECT pg_wal_replay_pause()')
          break
        case 'resume':
          await servers.standby.ask('SELECT pg_wal_replay_resume()')
          break
        case 'time':
          stopwatch.now += step.ms
          break
        case 'read':
          await read(step.question, step.known)
      }
    }
    await servers.standby.ask('SELECT pg_wal_replay_resume()')
    await read(0, false) // the catalogue may be new
    await caughtUp()
    for (const { url } of QUESTIONS) {
      const [mine, current] = [
        await call(app, 'GET', url), await call(app, 'GET', url, { 'cache-control': 'no-cache' })
      ]
      if (mine.headers['age'] === undefined) throw new Error(`${url}: not from the replica, ${mine.status}`)
      if (JSON.stringify(mine.body) !== JSON.stringify(current.body)) throw new Error(`${url}: not as the primary's`)
    }
  }), { numRuns: 40 })
  t.comment(JSON.stringify(seen))
  for (const [what, count] of Object.entries(seen)) t.ok(count > 0, what)
})
