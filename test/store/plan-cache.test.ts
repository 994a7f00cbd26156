import pg from 'pg'
import t from 'tap'
import { Cache } from '../../src/cache/cache.ts'
import { PlanCache } from '../../src/disclosure/plan-cache.ts'
import { dayOf } from '../../src/domain/calendar.ts'
import { inSnapshot } from '../../src/postgres/snapshot.ts'
import { NEVER_MS, testApp, testSource } from '../support/app.ts'
import { operator } from '../support/builders.ts'

const STATE = 'series-states'

t.test('plans are read once for each state of their own authority and service', async (t) => {
  const { app, database: { pool }, catalogue } = await testApp(t, undefined, { foldEveryMs: NEVER_MS })
  const services = ['report-missed-bin', 'pay-council-tax']
  const senders = {
    solihull: await testSource(app, 'solihull/bartec', { services }),
    coventry: await testSource(app, 'coventry/bartec', { services })
  }
  let sent = 0
  const send = async (authority: keyof typeof senders, service = 'report-missed-bin') => {
    const payload = {
      id: String(sent++), authority, service, occurred_at: '2014-05-27T08:31:00+01:00'
    }
    const { statusCode, body } = await app.inject({
      method: 'POST', url: '/v1/events', headers: senders[authority], payload
    })
    t.equal(JSON.parse(body).stored, 1, `${statusCode} ${body}`)
  }
  await send('solihull')
  await send('coventry')

  const { directory } = catalogue
  const idOf = (slug: string): number => directory.authorities.find((one) => one.slug === slug)?.id ?? 0
  const [solihull, coventry] = [idOf('solihull'), idOf('coventry')]
  const serviceOf = (slug: string): number => directory.services.find((one) => one.slug === slug)?.id ?? 0
  const day = dayOf(2014, 5, 27)
  const cache = new PlanCache(new Cache())
  let statements: string[] = []
  const listening = (client: pg.Pool | pg.ClientBase) => ({
    query: async (query: pg.QueryConfig) => {
      statements.push(query.name ?? query.text)
      return await client.query(query)
    }
  }) as unknown as pg.ClientBase
  const ask = async (more: { today?: number, years?: number, level?: 'ward' | 'street', type?: number, serviceId?: number } = {}) => {
    statements = []
    const { today = day + 14, years = 1, level = 'ward' as const, type = 1, serviceId = serviceOf('report-missed-bin') } = more
    const plans = await inSnapshot(pool, async (client) =>
      await cache.plans(
        listening(client),
        { directory: catalogue.directory, today, level, serviceId, type },
        [solihull, coventry],
        { start: day, end: day + 365 * (years - 1) + 1 }
      ))
    return [plans.get(solihull) ?? [], plans.get(coventry) ?? []]
  }

  const first = await ask()
  t.same(first.map(({ length }) => length), [1, 1])
  t.ok(first[0]?.[0]?.wards)
  t.ok(statements.length > 1, 'read')
  const read = statements.length
  t.strictSame([(await ask())[0]?.[0] === first[0]?.[0], statements], [true, [STATE]])
  await send('solihull', 'pay-council-tax')
  await ask()
  t.same(statements, [STATE], 'of another service')

  await send('coventry')
  const [ours, theirs] = await ask()
  t.equal(statements.length, read, 'one year')
  t.equal(ours?.[0], first[0]?.[0], 'another authority does not matter')
  t.not(theirs?.[0], first[1]?.[0])

  await ask({ years: 2 })
  t.equal(statements.length, read, 'the second year alone')
  for (const [name, more] of Object.entries({
    today: { today: day + 15 },
    level: { level: 'street' as const },
    type: { type: 2 },
    service: { serviceId: serviceOf('pay-council-tax') }
  })) {
    t.not((await ask(more))[0]?.[0], first[0]?.[0], name)
    t.ok(statements.length > 1, name)
    await ask(more)
    t.same(statements, [STATE], name)
  }
  const taxes = { serviceId: serviceOf('pay-council-tax') }
  const [before] = await ask(taxes)
  await send('solihull', 'pay-council-tax')
  t.not((await ask(taxes))[0]?.[0], before?.[0], 'another service goes by its own state')
  await ask({ years: 60 })
  t.ok(statements.includes('events-extent'), 'of many years those are looked for in which there is anything')
  t.ok(statements.length < 60, 'and no other is read')

  const rule = await app.inject({
    method: 'PUT',
    url: '/v1/disclosure-rules/coventry/pay-council-tax/ward',
    headers: operator,
    payload: { threshold: 10 }
  })
  t.equal(rule.statusCode, 200, rule.body)
  await ask()
  t.equal(statements.length, read, 'rules')
  const [one, another] = await Promise.all([ask({ today: day + 16 }), ask({ today: day + 16 })])
  t.equal(one[0]?.[0], another[0]?.[0], 'shared by those who ask at once')
})

t.test('plans that cannot be read fail those who ask for them, and are read again', async (t) => {
  const { database: { pool }, catalogue: { directory } } = await testApp(t)
  const cache = new PlanCache(new Cache())
  const ask = async (client: pg.Pool | pg.ClientBase) =>
    await cache.plans(
      client,
      { directory, today: dayOf(2014, 6, 10), level: 'ward', serviceId: directory.services[0]?.id ?? 0, type: 1 },
      directory.authorities.slice(0, 3).map(({ id }) => id),
      { start: dayOf(2014, 5, 27), end: dayOf(2014, 5, 28) }
    )
  const failing = {
    query: async (query: pg.QueryConfig) => {
      if (query.name === STATE) return await pool.query(query)
      throw new Error('connection lost')
    }
  } as unknown as pg.ClientBase
  await t.rejects(ask(failing), { message: 'connection lost' })
  t.equal((await ask(pool)).size, 3)
})
