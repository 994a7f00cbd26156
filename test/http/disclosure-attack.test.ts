import t from 'tap'
import { LinearSystem } from '../support/attacker.ts'
import { testApp, testSource } from '../support/app.ts'

/**
 * The attacker asks every question that the public may ask, takes each figure for an equation and each row that is not
 * there for a 0, and solves for what was suppressed.
 */
const SERVICES = ['report-missed-bin', 'report-missed-recycling', 'renew-library-item']
const CHANNELS = ['web', 'telephone-agent']
const OUTCOMES = ['completed', 'failed']
const START = Date.UTC(2014, 4, 19)
const DAYS = [0, 1, 4, 9, 12, 13, 15, 22, 29, 40]
const dayText = (day: number): string => new Date(START + day * 86_400_000).toISOString().slice(0, 10)
const AREA_THRESHOLD = { ward: 3, street: 5 }

function random (seed: number): () => number {
  return () => (seed = (seed * 16807) % 2147483647) / 2147483647
}

interface Row { group: Record<string, string>, values: Array<{ start_on: string, end_on: string, value: number | null, status: string }> }
interface Unknown { ward: string, street: string, day: string, channel: string, outcome: string, count: number }

t.test('no suppressed figure can be solved for from the public answers', async (t) => {
  const { app } = await testApp(t, '2016-01-01T12:00:00Z')
  const headers = await testSource(app, 'solihull/bartec', { services: SERVICES })
  const areas = (await app.inject('/v1/areas?authority=solihull')).json().data as Array<{ code: string, valid_to: string | null }>
  const old = areas.filter(({ valid_to }) => valid_to !== null).map(({ code }) => code)

  for (const [world, service] of SERVICES.entries()) {
    t.test(service, async (t) => {
      const next = random(71 + world)
      const wards = [...old.slice(0, 4), 'unknown']
      const unknowns: Unknown[] = []
      for (const [w, ward] of wards.entries()) {
        for (const street of ['unknown', `${4500 + w}1`, `${4500 + w}2`]) {
          for (const day of DAYS) {
            for (const channel of CHANNELS) {
              for (const outcome of OUTCOMES) {
                const count = next() < [0.6, 0.85, 0.95][world]! ? 0 : Math.ceil(next() * [4, 9, 20][world]!)
                unknowns.push({ ward, street, day: dayText(day), channel, outcome, count })
              }
            }
          }
        }
      }
      const events = unknowns.filter(({ count }) => count > 0).map(({ ward, street, day, channel, outcome, count }, i) => ({
        id: `${service}-${i}`, authority: 'solihull', service, occurred_at: `${day}T12:00:00+01:00`, channel, outcome, count, ward, ...(street !== 'unknown' && { street: Number(street) })
      }))
      const sent = await app.inject({ method: 'POST', url: '/v1/events', headers, payload: events })
      t.equal(sent.json().stored, events.length)

      const system = new LinearSystem(unknowns.length)
      const hidden = new Map<string, { indices: number[], count: number }>()
      let [answers, figures, suppressed, shown] = [0, 0, 0, 0]
      const ranges = ['start_on=2014-05-01&end_on=2014-07-31', 'start_on=2014-05-26&end_on=2014-06-08', 'start_on=2014-05-20&end_on=2014-06-03', 'start_on=2014-04-01&end_on=2015-03-31']
      const groupings = [
        [], ['ward'], ['channel'], ['outcome'], ['ward', 'channel'], ['ward', 'outcome'], ['ward', 'channel', 'outcome'], ['street'], ['ward', 'street'],
        ['ward', 'street', 'outcome'], ['street', 'outcome']
      ]
      const filters: Array<Partial<Unknown>> = [{}, { channel: 'web' }, { outcome: 'failed' }, { ward: wards[0]! }, { ward: wards[1]!, channel: 'telephone-agent' }, { street: '45001' }]
      for (const period of ['day', 'week', 'month', 'quarter', 'financial_year', 'year']) {
        for (const range of ranges) {
          if (period === 'day' && range.includes('2015')) continue
          for (const groupBy of groupings) {
            for (const filter of filters) {
              const url = `/v1/series?authority=solihull&service=${service}&period=${period}&${range}` +
                groupBy.map((name) => `&group_by=${name}`).join('') + Object.entries(filter).map(([name, value]) => `&filter_by=${name}:${value}`).join('')
              const response = await app.inject(url)
              if (response.statusCode === 400) continue
              answers++
              const rows = response.json().data as Row[]
              const listed = new Set(rows.map(({ group }) => groupBy.map((name) => group[name]).join(' ')))
              const matches = (unknown: Unknown) => Object.entries(filter).every(([name, value]) => unknown[name as keyof Unknown] === value)
              const keyOf = (unknown: Unknown) => groupBy.map((name) => unknown[name as keyof Unknown]).join(' ')
              const [from, to] = [/start_on=([\d-]+)/.exec(range)![1]!, /end_on=([\d-]+)/.exec(range)![1]!]
              const inRange = [...unknowns.keys()].filter((i) => matches(unknowns[i]!) && from <= unknowns[i]!.day && unknowns[i]!.day <= to)
              const byKey = Map.groupBy(inRange, (i) => keyOf(unknowns[i]!))
              for (const [key, indices] of byKey) {
                if (listed.has(key)) continue
                if (indices.some((i) => unknowns[i]!.count > 0)) t.fail(`${url}: no row ${key}`)
                system.add(indices)
              }
              for (const { group, values } of rows) {
                const own = byKey.get(groupBy.map((name) => group[name]).join(' ')) ?? []
                for (const { start_on: start, end_on: end, value, status } of values) {
                  const indices = own.filter((i) => start <= unknowns[i]!.day && unknowns[i]!.day <= end)
                  const count = indices.reduce((sum, i) => sum + unknowns[i]!.count, 0)
                  const level = groupBy.includes('street') || filter.street !== undefined ? 'street' : groupBy.includes('ward') || filter.ward !== undefined ? 'ward' : undefined
                  figures++
                  if (status === 'suppressed') {
                    suppressed++
                    if (level === undefined) t.fail(`${url}: authority level suppressed`)
                    else if (count > 0 && count < AREA_THRESHOLD[level]) hidden.set(indices.join(), { indices, count })
                    continue
                  }
                  if ((value ?? 0) !== count) t.fail(`${url} ${JSON.stringify(group)} ${start}: ${value} for ${count}`)
                  if (level !== undefined && count > 0) {
                    shown++
                    if (count < AREA_THRESHOLD[level]) t.fail(`${url} ${JSON.stringify(group)} ${start} shows ${count}`)
                  }
                  system.add(indices)
                }
              }
            }
          }
        }
      }
      const pinned = [...hidden.values()].filter(({ indices }) => system.determines(indices))
      t.comment(`${answers} answers, ${figures} figures, ${suppressed} suppressed, ${shown} area figures above 0 shown, ${hidden.size} small sums attacked`)
      t.equal(pinned.length, 0, JSON.stringify(pinned.slice(0, 3).map(({ indices, count }) => [count, indices.map((i) => unknowns[i])])).slice(0, 1500))
      t.ok(hidden.size > 20)
      t.ok(shown > 20)
    })
  }
})
