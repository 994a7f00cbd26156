import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import t from 'tap'
import { startProcess } from '../support/process.ts'
import { testApp, testSource } from '../support/app.ts'
import { event, seriesUrl } from '../support/builders.ts'
import { waitUntil } from '../support/wait-until.ts'

const LIMITS = { atOnce: 3, ofClient: 2, waitingOfClient: 4, waiting: 6, waitMs: 600_000 }

t.test('while costly answers wait, cheap ones, cached ones, probes and senders do not; clients come in turn', async (t) => {
  const { app, connectionString, database: { pool } } = await testApp(t, undefined, { gateLimits: LIMITS })
  const headers = await testSource(app)
  const [cached, series] = ['/v1/authorities/solihull', seriesUrl({ period: 'month', duration: 3 })]
  for (const url of [cached, series]) t.equal((await app.inject(url)).statusCode, 200)
  const slugs = ((await app.inject('/v1/authorities')).json().data as Array<{ slug: string }>)
    .map(({ slug }) => slug).filter((slug) => slug !== 'solihull')

  const locker = new pg.Client({ connectionString })
  await locker.connect()
  t.teardown(async () => await locker.end())
  await locker.query('BEGIN; LOCK TABLE observation IN ACCESS EXCLUSIVE MODE') // costly answers stop here
  const answered: string[] = []
  const ask = async (client: string, n: number) => {
    const answer = await app.inject({ url: `/v1/authorities/${slugs[n] ?? ''}`, remoteAddress: client })
    answered.push(`${client} ${answer.statusCode}`)
    return answer
  }
  const [one, another, third] = ['10.0.0.1', '10.0.0.2', '10.0.0.3']
  const ofOne = Array.from({ length: 6 }, async (_, n) => await ask(one, n))
  const ofAnother = Array.from({ length: 3 }, async (_, n) => await ask(another, 10 + n))
  await waitUntil('the costly ones wait', async () => {
    const { rows } = await pool.query(
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    return rows[0].n >= 3
  })
  const refused = await ask(one, 20)
  t.match(refused.json(), { status: 503, code: 'unavailable' }, 'two are computed and four wait for one client')
  t.ok(Number(refused.headers['retry-after']) > 0)
  t.equal((await ask(third, 21)).statusCode, 503, 'six wait for all')
  for (const url of ['/livez', '/readyz', '/v1/services?limit=1', cached, series]) {
    t.equal((await app.inject({ url, remoteAddress: one })).statusCode, 200, url)
  }
  const sent = await app.inject({ method: 'POST', url: '/v1/events', headers, payload: event('meanwhile') })
  t.equal(sent.statusCode, 200, 'an event')
  t.same(answered, [`${one} 503`, `${third} 503`])

  await locker.query('COMMIT')
  for (const { statusCode } of await Promise.all([...ofOne, ...ofAnother])) t.equal(statusCode, 200)
  t.equal(answered.length, 11)
  // The last of each may be computed at the same time, and the larger answer comes later.
  t.ok(answered.slice(-2).includes(`${one} 200`), 'who asked for three is served before who asked for six')
})

t.test('a costly answer is computed in slices: the process answers others all the while', async (t) => {
  const { url, end } = await startProcess(t.testdir())
  t.teardown(async () => await end('SIGTERM'))
  const day = (ago: number): string => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10)
  // Nearly as many values as are allowed: nobody has sent anything, so all of its time is the service's own.
  const costly = `/v1/series?service=report-missed-bin&group_by=authority&period=day&format=csv&start_on=${day(480)}` +
    `&end_on=${day(1)}`
  await fetch(`${url}/livez`)
  let isDone = (): boolean => false
  const answer = fetch(`${url}${costly}`).then(async (response) => {
    const { length } = await response.text()
    isDone = () => true
    return { status: response.status, length }
  })
  let answered = 0
  while (!isDone()) {
    t.equal((await fetch(`${url}/livez`)).status, 200)
    if (!isDone()) answered++
    await wait(1)
  }
  const { status, length } = await answer
  t.equal(status, 200)
  t.ok(length > 5_000_000)
  t.ok(answered >= 10, `${answered} others were answered before it`)
})
