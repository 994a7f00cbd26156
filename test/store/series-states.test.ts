import t from 'tap'
import { foldPending, lockSeries } from '../../src/rollups/fold.ts'
import { readStates, rebuildRollups, SeriesStates } from '../../src/rollups/index.ts'
import { inTransaction } from '../../src/postgres/transaction.ts'
import { NEVER_MS, testApp, testSource } from '../support/app.ts'
import { operator } from '../support/builders.ts'

t.test('the state of a series changes with each commit of its own and with no other', async (t) => {
  const { app, database: { pool }, catalogue: { directory } } = await testApp(t, undefined, { foldEveryMs: NEVER_MS })
  const headers = await testSource(app, 'solihull/bartec', { services: ['report-missed-bin', 'renew-library-item'] })
  const elsewhere = await testSource(app, 'coventry/bartec', { services: ['report-missed-bin'] })
  const idOf = (slug: string, of: ReadonlyArray<{ slug: string, id: number }>) =>
    of.find((one) => one.slug === slug)?.id ?? 0
  const scope = {
    authorityIds: [idOf('solihull', directory.authorities)], serviceId: idOf('report-missed-bin', directory.services)
  }
  const states = new SeriesStates(pool)
  const event = (id: string, more: object = {}) => ({
    id, authority: 'solihull', service: 'report-missed-bin', occurred_at: '2014-05-27T08:31:00+01:00', ...more
  })
  const send = async (payload: object, by = headers) =>
    (await app.inject({ method: 'POST', url: '/v1/events', headers: by, payload })).statusCode
  const note = async (name: string, service: string | undefined) =>
    (await app.inject({
      method: 'PUT',
      url: '/v1/annotations',
      headers: operator,
      payload: { id: name, authority: 'solihull', ...(service && { service }), start_on: '2014-05-27', note: 'snow' }
    })).statusCode
  const figure = async (value: number) =>
    (await app.inject({
      method: 'POST',
      url: '/v1/observations',
      headers,
      payload: {
        authority: 'solihull',
        service: 'report-missed-bin',
        measure: 'collections_made',
        period: 'month',
        start_on: '2014-05-01',
        value
      }
    })).statusCode
  const put = async (figures: object[]) =>
    (await app.inject({
      method: 'PUT',
      url: '/v1/observations/solihull/report-missed-bin/collections_made',
      headers,
      payload: { period: 'month', start_on: '2014-05-01', figures }
    })).statusCode
  const transaction = async (work: Parameters<typeof inTransaction<void>>[1]) => {
    await inTransaction(pool, work)
    return 200
  }
  const series = { authorityId: scope.authorityIds[0] ?? 0, serviceId: scope.serviceId, type: 1 }

  const steps: Array<[string, boolean, () => Promise<number>]> = [
    ['an event', true, async () => await send(event('a'))],
    ['the same again', false, async () => await send(event('a'))],
    ['a revision', true, async () => await send(event('a', { revision: 2, channel: 'web' }))],
    ['a void', true, async () => (await app.inject({ method: 'DELETE', url: '/v1/events/a', headers })).statusCode],
    ['another service', false, async () => await send(event('b', { service: 'renew-library-item' }))],
    ['another authority', false, async () => await send(event('c', { authority: 'coventry' }), elsewhere)],
    ['a figure', true, async () => await figure(10)],
    ['the same figure', false, async () => await figure(10)],
    ['another figure', true, async () => await figure(11)],
    ['figures of a period', true, async () => await put([{ value: 12 }, { channel: 'web', value: 3 }])],
    ['the same figures', false, async () => await put([{ value: 12 }, { channel: 'web', value: 3 }])],
    ['a figure withdrawn', true, async () => await put([{ value: 12 }])],
    ['a note on all services', true, async () => await note('snow', undefined)],
    ['a note that moves to this service', true, async () => await note('snow', 'report-missed-bin')],
    ['a note that moves away', true, async () => await note('snow', 'renew-library-item')],
    ['a note on another service', false, async () => await note('snow', 'renew-library-item')],
    ['one more event', true, async () => await send(event('d'))],
    ['folding', true, async () =>
      await transaction(async (client) => {
        await lockSeries(client, [series])
        await foldPending(client, [series])
      })],
    ['rebuilding', true, async () => await transaction(rebuildRollups)]
  ]
  let before = await states.take(scope)
  for (const [name, changes, work] of steps) {
    const status = await work()
    t.ok(status < 300, `${name}: ${status}`)
    const [after, twin] = await Promise.all([states.take(scope), states.take(scope)])
    t.equal(after !== before, changes, `${name}: ${before} ${after}`)
    t.equal(twin, after)
    before = after
  }
})

t.test('series that are folded together: the state of each is another one from then on', async (t) => {
  const { app, database: { pool }, catalogue: { directory } } = await testApp(t, undefined, { foldEveryMs: NEVER_MS })
  const services = ['report-missed-bin', 'renew-library-item']
  const headers = await testSource(app, 'solihull/bartec', { services })
  const authorityId = directory.authorities.find(({ slug }) => slug === 'solihull')?.id ?? 0
  const series = directory.services.filter(({ slug }) => services.includes(slug))
    .map(({ id }) => ({ authorityId, serviceId: id, type: 1 }))
  const send = async (id: string): Promise<void> => {
    const payload = services.map((service) => ({
      id: `${id} ${service}`.replace(' ', '-'), authority: 'solihull', service, occurred_at: '2014-05-27T08:31:00+01:00'
    }))
    t.equal((await app.inject({ method: 'POST', url: '/v1/events', headers, payload })).json().stored, 2)
  }
  const states = async () =>
    await readStates(pool, series.map(({ serviceId }) => ({ authorityIds: [authorityId], serviceId })))
  await send('a')
  const before = await states()
  await inTransaction(pool, async (client) => {
    await lockSeries(client, series)
    await foldPending(client, series)
  })
  await send('b') // as much is pending as before
  for (const [i, state] of (await states()).entries()) t.not(state, before[i])
})
