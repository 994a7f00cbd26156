import t, { type Test } from 'tap'
import { KINDS } from '../../src/http/kinds/index.ts'
import { testApp, type TestApp } from '../support/app.ts'
import { call, get, operator, type Method } from '../support/builders.ts'

/** Sends requests at the same time, again and again, and returns the statuses of all. */
async function statusesOf (
  { app }: TestApp, requests: ReadonlyArray<readonly [Method, string, object]>, times = 12
): Promise<number[]> {
  const all = Array.from({ length: times }, () => requests).flat()
  return await Promise.all(
    all.map(async ([method, url, body]) => (await call(app, method, url, operator, body)).status)
  )
}

const noFault = (t: Test, statuses: number[], what: string): void => {
  const counts = Object.fromEntries(Object.entries(Object.groupBy(statuses, String)).map(([k, v]) => [k, v?.length]))
  // On a busy machine some wait in vain for a connection, and are told to try again.
  t.ok(statuses.every((status) => status < 500 || status === 503), `${what}: ${JSON.stringify(counts)}`)
  t.ok(statuses.some((status) => status < 300), `${what}: one at least is in force`)
}

t.test('the same wards in another order, at once', async (t) => {
  const world = await testApp(t)
  const wards = Array.from({ length: 40 }, (_, i) => ({ code: `E0509${1000 + i}`, name: `Ward ${i}` }))
  const url = '/v1/authorities/solihull/areas'
  noFault(t, await statusesOf(world, [
    ['PUT', url, wards], ['PUT', url, wards.toReversed()], ['PUT', url, wards.slice(7).concat(wards.slice(0, 7))]
  ]), 'wards')
  const { data } = await get(world.app, '/v1/areas?authority=solihull&limit=1000')
  t.equal(data.filter(({ code }: { code: string }) => code.startsWith('E05091')).length, 40)
})

t.test('every kind of the catalogue, the same rows at once in two orders', async (t) => {
  const world = await testApp(t)
  for (const { path, examples, without = [] } of KINDS) {
    if (without.includes('putMany')) continue
    const rows = [...examples]
    noFault(t, await statusesOf(world, [['PUT', `/v1${path}`, rows], ['PUT', `/v1${path}`, rows.toReversed()]], 6), path)
  }
})

t.test('two data sets with one name', async (t) => {
  const world = await testApp(t)
  const statuses = await Promise.all(Array.from({ length: 24 }, async (_, i) =>
    (await call(world.app, 'PUT', `/v1/data-sets/group-${i}/type`, operator, { name: 'bins' }))))
  t.equal(statuses.filter(({ status }) => status === 201).length, 1)
  for (const { status, body } of statuses) if (status !== 201) t.match({ status, body }, { status: 409, body: { code: 'name-taken' } })
})

t.test('other settings at once', async (t) => {
  const world = await testApp(t)
  const source = { services: ['report-missed-bin'] }
  noFault(t, await statusesOf(world, [
    ['PUT', '/v1/sources/solihull/bartec', source],
    ['PUT', '/v1/sources/solihull/whitespace', source],
    ['POST', '/v1/sources/solihull/bartec/tokens', {}],
    ['PUT', '/v1/data-sets/solihull/bins', {
      authority: 'solihull', service: 'report-missed-bin', mapping: { channel: 'channel' }, dimensions: ['channel']
    }],
    ['DELETE', '/v1/data-sets/solihull/bins', {}],
    ['DELETE', '/v1/sources/solihull/whitespace', {}]
  ], 5), 'sources and data sets')
})
