import fc from '../support/properties.ts'
import t from 'tap'
import { testApp } from '../support/app.ts'
import { get, urlOf } from '../support/builders.ts'
import { periodsOf, SERVICES, tell, world } from '../support/random-world.ts'

/** A value as an answer has it, and the group that it is of. */
interface Value { start_on: string, end_on: string, value: number | null, status: string, numerator?: number | null }
interface Answer { data: Array<{ group: Record<string, string>, values: Value[] }> }
type Parameters = Record<string, string | string[]>

const KPIS = ['digital-take-up', 'transactions', 'completion-rate', 'user-satisfaction-score', 'cost-per-transaction',
  'avoidable-contact', 'missed-per-100000', 'reported-missed-per-100000']
const question = fc.record({
  path: fc.constantFrom('/v1/series', ...KPIS.map((kpi) => `/v1/kpis/${kpi}/series`)),
  type: fc.constantFrom('transaction', 'journey', 'rating'),
  period: fc.constantFrom('day', 'week', 'week', 'month', 'month', 'quarter', 'financial_quarter'),
  split: fc.constantFrom('', '', 'channel', 'outcome'),
  filter: fc.constantFrom('', '', 'channel:web', 'outcome:completed', 'outcome:failed'),
  one: fc.nat(),
  before: fc.nat({ max: 40 }),
  after: fc.nat({ max: 40 })
})
type Question = typeof question extends fc.Arbitrary<infer Q> ? Q : never

/** Of which figures a value is made beside its dates. */
const said = ({ start_on: _start, end_on: _end, ...rest }: Value): object => rest

t.test('a value is the same alone and in company', async (t) => {
  const { app, catalogue } = await testApp(t, '2026-06-01T12:00:00Z')
  const councils = catalogue.directory.authorities.filter((one) =>
    catalogue.directory.services.filter(({ slug }) => SERVICES.some((name) => name === slug))
      .every((service) => catalogue.directory.provision(one, service).delivers === 'yes')
  ).map(({ slug }) => slug)
  let used = 0
  let compared = 0
  let known = 0

  /** What is wrong with an answer, if anything. */
  async function wrongWith (service: string, names: readonly string[], asked: Question): Promise<object | undefined> {
    const { path, type, period, split, filter, one, before, after } = asked
    const ofSeries = path === '/v1/series'
    if (!ofSeries && split === 'outcome') return undefined
    const periods = periodsOf(period)
    const at = one % periods.length
    const from = Math.max(0, at - before)
    const to = Math.min(periods.length - 1, at + after)
    const isFiltered = filter !== '' && (type === 'transaction' || filter === 'channel:web')
    const common: Parameters = {
      service, period, ...(ofSeries && { type }), ...(ofSeries && isFiltered && { filter_by: filter })
    }
    const groups = (apart: boolean): Parameters => {
      const list = [...(apart ? ['authority'] : []), ...(split === '' ? [] : [split])]
      return list.length === 0 ? {} : { group_by: list }
    }
    const ask = async (authority: readonly string[], first: number, last: number, apart: boolean): Promise<Answer> =>
      await get(app, urlOf(path, {
        ...common,
        ...groups(apart),
        authority: [...authority],
        start_on: periods[first]?.start_on ?? '',
        end_on: periods[last]?.end_on ?? ''
      }))
    const own = new Map<string, Map<string, Value>>()
    const company = await ask(names, from, to, true)
    for (const name of names) {
      const alone = await ask([name], at, at, true)
      const member = (group: Record<string, string>): string => group[split] ?? ''
      const valuesOf = (answer: Answer): Map<string, Value> => new Map(answer.data
        .filter(({ group }) => group['authority'] === name).flatMap(({ group, values }) =>
          values.filter(({ start_on }) => start_on === periods[at]?.start_on).map((value) => [member(group), value])))
      const [mine, among] = [valuesOf(alone), valuesOf(company)]
      own.set(name, mine)
      for (const key of new Set([...mine.keys(), ...among.keys()])) {
        const [a, b] = [mine.get(key), among.get(key)]
        compared++
        if (b !== undefined && b.value !== null) known++
        // Alone there may be no row of a channel that had nothing in the period.
        const same = a === undefined
          ? (b?.value ?? 0) === 0 || (b?.numerator ?? 0) === 0
          : JSON.stringify(a) === JSON.stringify(b)
        if (!same) return { name, key, alone: a, company: b, common, path }
      }
      const alike = await ask([name], at, at, false)
      for (const { group, values: [value] } of alike.data) {
        const mineToo = mine.get(member(group))
        if (value === undefined || mineToo === undefined) continue
        if (JSON.stringify(said(value)) !== JSON.stringify(said(mineToo))) {
          return { name, ungrouped: value, grouped: mineToo, common, path, split }
        }
      }
    }
    // Together they are the sum of those that have any.
    const together = await ask(names, from, to, false)
    for (const { group, values } of together.data) {
      const value = values.find(({ start_on }) => start_on === periods[at]?.start_on)
      const parts = [...own.values()].map((mine) => mine.get(group[split] ?? '')).filter((part) => part !== undefined)
      const amount = ({ value, numerator = null }: Value): number | null =>
        ofSeries || value === null ? value : numerator
      const wanted = parts.every((part) => amount(part) === null)
        ? null
        : parts.reduce((sum, part) => sum + (amount(part) ?? 0), 0)
      if (value !== undefined && (amount(value) ?? 0) !== (wanted ?? 0)) {
        return { together: value, parts, common, path, group }
      }
    }
    return undefined
  }

  const questions = fc.array(question, { minLength: 20, maxLength: 20 })
  await fc.assert(
    fc.asyncProperty(world, questions, async ({ service, councils: told }, questions) => {
      const names = told.map(() => councils[used++ % councils.length] ?? '')
      for (const [i, one] of told.entries()) await tell(app, names[i] ?? '', service, one)
      for (const asked of questions) {
        const wrong = await wrongWith(service, names, asked)
        if (wrong !== undefined) throw new Error(JSON.stringify(wrong, null, 1))
      }
    }),
    { numRuns: 15, endOnFailure: true }
  )
  t.ok(compared > 400 && known > 60, `${compared} values compared, ${known} of them known`)
})
