import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { answers } from '../../src/cli/demo/client.ts'
import { SHIPPED_DEFINITIONS } from '../../src/domain/kpi/shipped.ts'
import { OPERATOR_TOKEN, testApp } from '../support/app.ts'
import { get, operator } from '../support/builders.ts'

const COMMAND = join(import.meta.dirname, '../../src/cli/demo.ts')
/** Enough for a whole month, a quarter of weeks, and the first of a silent council. */
const MONTHS = 3

t.test('the demo fills a service, and a second run adds nothing', async (t) => {
  const { app, database } = await testApp(t, new Date().toISOString())
  const base = await app.listen({ port: 0 })
  const run = async (): Promise<string> => {
    const env = { ...process.env, OPERATOR_TOKEN }
    const { stdout } = await promisify(execFile)(
      process.execPath, [COMMAND, '--url', base, '--months', String(MONTHS)], { env, maxBuffer: 2 ** 24 }
    )
    return stdout
  }
  const rows = async () => (await database.pool.query(
    'SELECT (SELECT count(*) FROM event) events, (SELECT count(*) FROM observation) observations, ' +
      '(SELECT count(*) FROM annotation) notes, (SELECT sum(count) FROM event) total'
  )).rows[0]

  const first = await run()
  t.match(first, /\n?Days .*: [1-9]\d+ events and [1-9]\d+ figures stored/)
  const stored = await rows()
  t.match(await run(), /: 0 events and 0 figures stored, 0 corrected; [1-9]\d+ rows were there already/)
  t.same(await rows(), stored)

  t.test('every address that it prints answers', async (t) => {
    const addresses = first.match(/http:\S+/g) ?? []
    t.ok(addresses.length > 10)
    for (const address of addresses) t.equal((await fetch(address)).status, 200, address)
  })

  t.test('no shipped KPI is empty for Solihull', async (t) => {
    const filled = new Set<string>()
    for (const service of SERVICES) {
      const { kpis } = await get(app, `/v1/authorities/solihull/services/${service}`)
      for (const { kpi, status } of kpis) {
        // In April the newest whole month is the one with the corrections.
        t.ok(['ok', 'revised'].includes(status), `${service} ${kpi}: ${status}`)
        filled.add(kpi)
      }
    }
    t.same([...new Set(SHIPPED_DEFINITIONS.map(({ kpi }) => kpi))].filter((kpi) => !filled.has(kpi)), [])
  })

  t.test('one council misses more than 56 bins in 100,000, another fewer', async (t) => {
    const url = '/v1/kpis/missed-per-100000/comparison?service=report-missed-bin&period=month'
    const values = new Map<string, number>((await get(app, url)).data
      .map(({ authority, value }: { authority: { slug: string }, value: number }) => [authority.slug, value]))
    t.ok(values.get('nottingham')! > 56, `nottingham: ${values.get('nottingham')}`)
    for (const low of ['solihull', 'east-riding-of-yorkshire']) t.ok(values.get(low)! < 56, `${low}: ${values.get(low)}`)
  })

  t.test('one council is late', async (t) => {
    const late = (await get(app, '/v1/feeds?late=true')).data.map(({ source }: { source: string }) => source)
    t.same([...new Set(late)], ['kirklees/demo'])
  })

  t.test('the seven councils of the transport body have passes', async (t) => {
    const url = '/v1/feeds?service=renew-older-persons-bus-pass'
    const councils = (await get(app, url)).data
      .filter(({ source }: { source: string }) => source === 'transport-for-west-midlands/demo')
    t.equal(councils.length, 7)
  })

  const { data } = await get(app, '/v1/sources/solihull/demo/tokens', operator)
  t.ok(data.every(({ revoked_at: end }: { revoked_at: string | null }) => end !== null), 'its tokens end with it')
})

t.test('a service that is not there is not taken for one that fails', async (t) => {
  t.equal(await answers('http://127.0.0.1:1'), false)
})

const SERVICES = ['report-missed-bin', 'renew-library-item', 'pay-council-tax', 'renew-older-persons-bus-pass']
