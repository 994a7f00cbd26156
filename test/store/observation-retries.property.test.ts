import fc from '../support/properties.ts'
import t from 'tap'
import { anotherProcess, testApp, testSource } from '../support/app.ts'
import { call, get, observation, send } from '../support/builders.ts'

const PATH = '/v1/observations/solihull/report-missed-bin/transactions'
const CHANNELS = [undefined, 'web', 'paper']

interface Said { channel: number, value: number, revision?: number | undefined }
interface Version { value: number | null, revision: number }
type Verdict = 'stored' | 'revised' | 'duplicates' | 'conflict' | 'stale-revision'

/** What is meant, in as few words as possible: versions by channel, oldest first; null where withdrawn. */
class Model {
  readonly versions: Version[][] = CHANNELS.map(() => [])

  say ({ channel, value, revision }: Said): Verdict {
    const versions = this.versions[channel] ?? []
    const last = versions.at(-1)?.revision ?? 0
    const known = versions.some((one) => one.value === value && (revision === undefined || one.revision === revision))
    if (known) return 'duplicates'
    if (revision !== undefined && revision < last) return 'stale-revision'
    if (revision === last) return 'conflict'
    versions.push({ value, revision: revision ?? last + 1 })
    return last === 0 ? 'stored' : 'revised'
  }

  withdrawAllBut (channels: number[]): number {
    const gone = this.versions.filter((versions, channel) =>
      !channels.includes(channel) && (versions.at(-1)?.value ?? null) !== null)
    for (const versions of gone) versions.push({ value: null, revision: (versions.at(-1)?.revision ?? 0) + 1 })
    return gone.length
  }
}

const said: fc.Arbitrary<Said> = fc.record({
  channel: fc.nat(CHANNELS.length - 1),
  value: fc.nat(4),
  revision: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined })
})
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ post: said }) },
  {
    weight: 1,
    arbitrary: fc.record({ put: fc.uniqueArray(said, { selector: ({ channel }) => channel, maxLength: 3 }) })
  }
)

t.test('whatever is sent in whatever order, what holds is what a model says', async (t) => {
  const { app } = await testApp(t)
  const headers = await testSource(app)
  let month = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
      const model = new Model()
      const period = { period: 'month', start_on: `${2000 + Math.floor(month / 12)}-${String(1 + month++ % 12).padStart(2, '0')}-01` }
      const figure = ({ channel, value, revision }: Said) => ({
        value,
        ...(CHANNELS[channel] !== undefined && { channel: CHANNELS[channel] }),
        ...(revision !== undefined && { revision })
      })
      const replaced = new Set<string>()
      for (const one of steps) {
        if ('post' in one) {
          const { body } = await call(app, 'POST', '/v1/observations', headers,
            observation({ measure: 'transactions', ...period, ...figure(one.post) }))
          const verdict = model.say(one.post)
          const code: Verdict = body.errors?.[0]?.code ??
            (['stored', 'revised', 'duplicates'] as const).find((name) => body[name] === 1)
          if (code !== verdict) throw new Error(`${JSON.stringify(one)}: ${code}, meant ${verdict}`)
          continue
        }
        const { status, body } = await call(app, 'PUT', PATH, headers, { ...period, figures: one.put.map(figure) })
        const before = structuredClone(model.versions)
        const verdicts = one.put.map((each) => model.say(each))
        if (verdicts.some((verdict) => verdict === 'conflict' || verdict === 'stale-revision')) {
          if (status !== 409) throw new Error(`${JSON.stringify(one)}: ${status}`)
          model.versions.splice(0, CHANNELS.length, ...before)
          continue
        }
        const key = JSON.stringify(one.put.toSorted((a, b) => a.channel - b.channel).map(figure))
        const withdrawn = replaced.has(key) ? 0 : model.withdrawAllBut(one.put.map(({ channel }) => channel))
        replaced.add(key)
        const meant = (verdict: Verdict) => verdicts.filter((one) => one === verdict).length
        const counts = { stored: meant('stored'), revised: meant('revised') + withdrawn, duplicates: meant('duplicates') }
        for (const [name, count] of Object.entries(counts)) {
          if (body[name] !== count) throw new Error(`${JSON.stringify(one)}: ${JSON.stringify(body)}, meant ${JSON.stringify(counts)}`)
        }
      }
      const { figures } = await get(app, `${PATH}?period=month&start_on=${period.start_on}`, headers)
      const found = CHANNELS.map((channel) => figures.filter((one: any) => one.channel === (channel ?? null))
        .flatMap(({ history, ...newest }: any) => [newest, ...history]).reverse()
        .map(({ value, revision, withdrawn }: any) => ({ value: withdrawn ? null : value, revision })))
      if (JSON.stringify(found) !== JSON.stringify(model.versions)) {
        throw new Error(`${JSON.stringify(found)}, meant ${JSON.stringify(model.versions)}`)
      }
    }),
    { numRuns: 60, endOnFailure: true }
  )
  t.pass('all runs agree')
})

t.test('figures and their retries, all at once by two processes: each is a version once', async (t) => {
  const { app, connectionString } = await testApp(t, new Date().toISOString())
  const headers = await testSource(app)
  const other = await anotherProcess(t, connectionString)
  for (const week of ['2014-05-05', '2014-05-12', '2014-05-19']) {
    const values = Array.from({ length: 8 }, (_, value) => value)
    const sent = [...values, ...values, ...values].map((value, i) => ({ value, from: i % 2 === 0 ? app : other }))
    const receipts = await Promise.all(sent.map(async ({ value, from }) =>
      await send(from, 'observations', headers, observation({ value, start_on: week }))))
    const sum = (name: string) => receipts.reduce((total, receipt) => total + receipt[name], 0)
    t.same([sum('stored'), sum('revised'), sum('duplicates')], [1, 7, 16])
    const { figures: [{ history, ...newest }] } = await get(
      app, `/v1/observations/solihull/report-missed-bin/collections_made?period=week&start_on=${week}`, headers
    )
    const versions = [newest, ...history]
    t.same(versions.map(({ value }) => value).sort(), values, 'no retry came back')
    t.same(versions.map(({ revision }) => revision), [8, 7, 6, 5, 4, 3, 2, 1])
  }
})

t.test('a quarter and its financial quarter, sent at once: one of them holds', async (t) => {
  const { app, connectionString } = await testApp(t, new Date().toISOString())
  const headers = await testSource(app)
  const other = await anotherProcess(t, connectionString)
  for (const start_on of ['2012-01-01', '2012-04-01', '2012-07-01', '2012-10-01', '2013-01-01', '2013-04-01']) {
    const answers = await Promise.all((['quarter', 'financial_quarter'] as const).map(async (period, value) =>
      await call([app, other][value] ?? app, 'POST', '/v1/observations', headers, observation({ period, start_on, value }))))
    t.same(answers.map(({ status }) => status).sort(), [200, 409], start_on)
  }
})
