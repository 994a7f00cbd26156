import t from 'tap'
import { Directory } from '../../src/catalogue/directory.ts'
import { NO_ROWS, type CatalogueRows } from '../../src/catalogue/store/catalogue.ts'
import { publishedBySender, publishWhole, type Published } from '../../src/disclosure/gate.ts'
import { DISCLOSURE_LEVELS, type DisclosureLevel } from '../../src/domain/disclosure/rule.ts'
import type { LatestValues } from '../../src/performance-platform/dashboards/latest-values.ts'
import { readRange } from '../../src/performance-platform/read/groups.ts'
import { recordTexts } from '../../src/performance-platform/read/raw.ts'
import type { Row } from '../../src/performance-platform/read/shape.ts'
import type { RecordRelation } from '../../src/performance-platform/store/relation.ts'
import { schemalessRecords } from '../../src/performance-platform/store/schemaless.ts'
import { typedDays } from '../../src/performance-platform/store/typed-day.ts'
import { typedServiceDays } from '../../src/performance-platform/store/typed-service-day.ts'
import { valueRecords, type ValueRecord } from '../../src/performance-platform/store/value-records.ts'

interface Rule { authority_id: number | null, level: DisclosureLevel, threshold?: number, round_to?: number }

/** A directory in which nothing is suppressed but by these rules. */
function directoryWith (...rules: Rule[]): Directory {
  const open = DISCLOSURE_LEVELS.map((level) => ({ authority_id: null, level }))
  return new Directory({
    ...NO_ROWS,
    disclosureRules: [...open, ...rules].map((rule) => ({
      service_id: null, threshold: null, round_to: null, finest: 'day', delay_days: 0, ...rule
    })) as CatalogueRows['disclosureRules']
  }, 0)
}

const series = { authorityId: 1, serviceId: 1, type: 0, leftOut: () => [] }
const byWard = typedDays({ ...series, dimension: { field: 'ward', labels: new Map() } })
const byChannel = typedDays({ ...series, dimension: { field: 'channel', labels: new Map() } })
const authorities = new Map([1, 2].map((id) => [id, { slug: String(id), name: String(id) }]))
const byAuthority = typedServiceDays({
  serviceId: 1, type: 0, authorities, channels: new Map(), leftOut: () => []
})

t.test('answers of the old dialect are made of published figures alone', (t) => {
  const record: ValueRecord = { day: 1, name: '', body: { count: 2 } }
  // @ts-expect-error a record as it was worked out is not published
  t.ok(valueRecords([record]))
  // @ts-expect-error typed data are not what a sender published
  t.ok(publishedBySender(byChannel))
  // @ts-expect-error and what a sender published is not typed data
  t.throws(() => publishWhole({ seesAll: () => false, isAmong: () => false }, directoryWith(), schemalessRecords(1)))
  const texts = (...[database, , query]: Parameters<typeof recordTexts>) =>
    // @ts-expect-error a relation that did not pass the gate is not read raw
    recordTexts(database, byChannel, query)
  const groups = async (...[db, , query, range]: Parameters<typeof readRange>) =>
    // @ts-expect-error nor by groups
    await readRange(db, byChannel, query, range)
  for (const read of [texts, groups]) t.type(read, 'function')
  // @ts-expect-error a row of an answer is published
  const rows: Published<Row[]> = [{ 'count:sum': 2 }]
  // @ts-expect-error and so are the latest values of a dashboard
  const latest: Published<LatestValues> = { number_of_transactions: 2 }
  t.equal(rows.length, 1)
  t.equal(latest['number_of_transactions'], 2)
  const relation: Published<RecordRelation> = publishedBySender(schemalessRecords(1))
  t.ok(relation)
  t.end()
})

t.test('typed data pass whole, or not at all', (t) => {
  const passes = (relation: typeof byWard, directory: Directory, seen: number[] = []) =>
    publishWhole({ seesAll: (id) => seen.includes(id), isAmong: () => false }, directory, relation) === relation
  const ofWards = directoryWith({ authority_id: 1, level: 'ward', threshold: 3 })
  t.notOk(passes(byWard, directoryWith()), 'of wards the public reads what was released')
  t.notOk(passes(byWard, ofWards))
  t.ok(passes(byWard, ofWards, [1]), 'who sees all')
  t.ok(passes(byChannel, ofWards), 'a rule about wards is not about channels')
  const ofAuthority = directoryWith({ authority_id: 1, level: 'authority', round_to: 5 })
  t.notOk(passes(byChannel, ofAuthority), 'rounded figures are not as they are')
  t.notOk(passes(byWard, ofAuthority), 'wards add up to their authority')
  t.notOk(passes(byAuthority, ofAuthority), 'one of several authorities')
  t.notOk(passes(byAuthority, ofAuthority, [2]), 'who sees all of another')
  t.ok(passes(byAuthority, ofAuthority, [1]))
  t.end()
})
