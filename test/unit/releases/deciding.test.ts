import t from 'tap'
import { AuditTimeout } from '../../../src/releases/audit/auditor.ts'
import { decideBreakdowns } from '../../../src/releases/decide-breakdowns.ts'
import { decideRevision } from '../../../src/releases/decide-revision.ts'
import { decideTotals, totalsModel } from '../../../src/releases/decide-totals.ts'
import { isWideWithin } from '../../../src/releases/dominance.ts'
import { Draw } from '../../../src/releases/draw.ts'
import { breakdownFigures, codeOf, TOTAL } from '../../../src/releases/figures.ts'
import { mayShow, publishDates } from '../../../src/releases/primary.ts'
import { Publication } from '../../../src/releases/publication.ts'
import type { YearCounts } from '../../../src/releases/year-counts.ts'
import { WEEK } from '../../support/solihull-week.ts'
import { audit, GROUP, smallYear, START, suppressedAt, totalsOf, upTo, weeks } from '../../support/small-year.ts'

const keyed = (key: string): Draw => new Draw(Buffer.from(key), 'test')
/** One quarter with no date in it, to be decided at its end. */
const aQuarter = (counts: YearCounts, publication: Publication, totals: Publication) => ({
  counts,
  publication,
  totals,
  figures: breakdownFigures(counts, () => 1),
  threshold: 3,
  weights: [64, 64],
  order: [64, 64],
  first: 0,
  dates: [1],
  exists: () => true,
  draw: keyed('a'),
  audit
})
const KEYS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']

t.test('the draw goes by the key and by names, not by order', (t) => {
  const names = upTo(9).map(String)
  const draw = (key: string, some = names, place = 'x') => keyed(key).of(place).one(some, String)
  t.equal(draw('a'), draw('a'))
  t.equal(draw('a', names.toReversed()), draw('a'))
  t.ok(new Set(KEYS.map((key) => draw(key))).size > 2)
  t.ok(new Set(KEYS.map((place) => draw('a', names, place))).size > 2, 'another place draws anew')
  t.equal(draw('a', []), undefined)
  t.end()
})

t.test('a publication: dates of a figure, what is new and can be taken back', (t) => {
  const publication = new Publication()
  publication.add(1, TOTAL, 0, 'earlier')
  publication.add(1, TOTAL, 5, 'new')
  publication.add(1, TOTAL, 3, 'implied')
  publication.add(1, 2001, 4, 'new')
  t.same(publication.dates(1, TOTAL, 0, 9), [0, 3, 5])
  t.same(publication.dates(1, TOTAL, 1, 4), [3])
  t.equal(publication.before(1, TOTAL, 5, 0), 3)
  t.equal(publication.before(1, TOTAL, 3, 1), undefined)
  t.equal(publication.after(1, TOTAL, 3, 9), 5)
  t.equal(publication.after(1, TOTAL, 3, 4), undefined)
  for (const date of [0, 3, 5]) publication.takeBack(1, TOTAL, date)
  t.same(publication.dates(1, TOTAL, 0, 9), [0, 3], 'only what is new')
  t.same([...publication.added()], [{ unit: 1, figure: TOTAL, date: 3 }, { unit: 1, figure: 2001, date: 4 }])
  t.notOk(publication.has(2, TOTAL, 0))
  t.ok(publication.has(1, TOTAL, 0))
  t.notOk(publication.isNew(1, TOTAL, 0))
  t.end()
})

t.test('what must not be worked out: hidden gaps whatever their count, and whatever is small between any two dates', async (t) => {
  const counts = smallYear(weeks({ 1: [20, 2, 0, 1, 5], 2: [50, 50, 50, 50, 50] }), 5)
  const publication = new Publication()
  for (const date of [0, 5]) publication.add(1, TOTAL, date, 'new')
  for (const date of [0, 1, 2, 3, 4, 5]) publication.add(2, TOTAL, date, 'new')
  const { targets } = await totalsModel({
    counts,
    publication,
    threshold: 5,
    order: [],
    dates: [1, 2, 3, 4, 5],
    isListed: () => true,
    exists: () => true,
    draw: keyed('a'),
    audit
  })
  t.same(targets.map(({ unit, from, to, needed }) => [unit, from, to, needed]), [
    [1, 0, 1, 5], [1, 1, 2, 5], [1, 1, 3, 5], [1, 1, 4, 5], [1, 2, 4, 5], [1, 3, 4, 5], [1, 4, 5, 5]
  ])
})

t.test('primary suppression: no published growth is small, heavy dates come first', (t) => {
  const counts = smallYear(weeks({ 1: [4, 1, 4, 0], 2: [50, 50, 50, 50] }), 4)
  const published = (order: number[]) => {
    const publication = new Publication()
    publication.add(1, TOTAL, 0, 'earlier')
    const span = { unit: 1, figure: TOTAL, groups: counts.all, first: 0, last: 4 }
    publishDates({ counts, publication, threshold: 3, order }, span, [1, 2, 3, 4])
    return publication.dates(1, TOTAL, 0, 4)
  }
  t.same(published([64, 4, 4, 4, 4]), [0, 1, 3, 4], 'the week of 1 is hidden in two weeks')
  t.same(published([64, 4, 16, 4, 4]), [0, 2, 3, 4], 'the first of a month wins')
  const input = { counts, publication: new Publication(), threshold: 3, order: [] }
  const span = { unit: 1, figure: TOTAL, groups: counts.all, first: 0, last: 4 }
  const shown = [[0, 1], [1, 2], [1, 3], [3, 4]].map(([from = 0, to = 0]) => mayShow(input, span, from, to))
  t.same(shown, [true, false, true, true])
  t.end()
})

t.test('dominance: a unit with nearly all of its parent gives the parent’s days away', (t) => {
  const on = (unit: number, day: number, count: number) => ({ unit, day: START + day, count, ...GROUP })
  const wide = (...others: Array<[day: number, count: number]>) => isWideWithin(
    smallYear([on(1, 0, 4), on(1, 1, 2), ...others.map(([day, count]) => on(2, day, count))], 1), 1, [0], 0, 1, 3
  )
  t.notOk(wide(), 'alone: the parent’s days are its own')
  t.ok(wide([0, 50], [1, 50]))
  t.notOk(wide([2, 1]), 'one more elsewhere: of 2 on the second day, at least 1')
  t.ok(wide([2, 5]))
  t.end()
})

t.test('the figures beside the total: one for each member that there is', (t) => {
  const groups = [
    { outcome: 1, channel: 1, avoidable: 0 },
    { outcome: 2, channel: 1, avoidable: 0 },
    { outcome: 1, channel: 4, avoidable: 1 }
  ]
  const counts = smallYear(groups.map((group, i) => ({ unit: 1, day: START, count: i + 1, ...group })), 1)
  const figures = breakdownFigures(counts, (channel) => channel === 4 ? 3 : 1)
  t.same(figures.map(({ code, family, groups }) => [code, family, groups]), [
    [codeOf('completed', 1), 'completed', [0, 2]],
    [codeOf('outcome', 1), 'outcome', [0, 2]],
    [codeOf('outcome', 2), 'outcome', [1]],
    [codeOf('class', 1), 'class', [0, 1]],
    [codeOf('class', 3), 'class', [2]],
    [codeOf('completedClass', 1), 'completedClass', [0]],
    [codeOf('completedClass', 3), 'completedClass', [2]],
    [codeOf('channel', 1), 'channel', [0, 1]],
    [codeOf('channel', 4), 'channel', [2]],
    [codeOf('avoidable', 0), 'avoidable', [0, 1]],
    [codeOf('avoidable', 1), 'avoidable', [2]]
  ])
  t.equal(new Set(figures.map(({ code }) => code)).size, figures.length)
  t.end()
})

t.test('the real week of Solihull alone: all wards but the two of 2', async (t) => {
  for (const key of KEYS) {
    const counts = smallYear(weeks(Object.fromEntries(WEEK.map(({ missed }, unit) => [unit, [missed]]))), 1)
    const input = totalsOf(counts, keyed(key))
    const { narrowest } = await decideTotals(input)
    t.same(suppressedAt(counts, input.publication, 1).map((unit) => WEEK[unit]!.ward), ['Knowle', 'NULL'])
    t.ok((narrowest ?? 0) >= 2, String(narrowest))
  }
})

t.test('one small ward takes another with it: any of the large ones, as the key draws', async (t) => {
  const drawn = new Set<number>()
  for (const key of KEYS) {
    const counts = smallYear(weeks({ 1: [2], 2: [30], 3: [8], 4: [12] }), 1)
    const input = totalsOf(counts, keyed(key))
    await decideTotals(input)
    const [small, other, ...more] = suppressedAt(counts, input.publication, 1)
    t.same([small, more], [1, []])
    drawn.add(other ?? 0)
  }
  t.ok(drawn.size > 1, 'not always the smallest')
})

t.test('two wards of 1 take a third: their sum alone would give both away', async (t) => {
  const counts = smallYear(weeks({ 1: [1], 2: [1], 3: [8], 4: [9] }), 1)
  const input = totalsOf(counts, keyed('a'))
  const { audited, narrowest } = await decideTotals(input)
  const suppressed = suppressedAt(counts, input.publication, 1)
  t.same(suppressed.slice(0, 2), [1, 2])
  t.equal(suppressed.length, 3)
  t.ok(audited >= 2 && narrowest === 3, `${audited} ${narrowest}`)
})

t.test('a ward that does not exist any more hides nothing: everybody knows that it has nothing', async (t) => {
  for (const key of KEYS) {
    const counts = smallYear(weeks({ 1: [9, 0], 2: [9, 1], 3: [9, 50] }), 2)
    const input = { ...totalsOf(counts, keyed(key)), exists: (unit: number, gap: number) => unit !== 1 || gap === 0 }
    await decideTotals(input)
    // Where ward 1 was drawn, ward 3 is withheld as well: the end of 1 says what it had before.
    const suppressed = [1, 2].flatMap((date) => suppressedAt(counts, input.publication, date))
    t.ok(suppressed.includes(2) && suppressed.includes(3), `${key}: ${suppressed.join()}`)
  }
})

t.test('what an earlier release published stays, and is reckoned with', async (t) => {
  const counts = smallYear(weeks({ 1: [9, 1], 2: [9, 30], 3: [9, 40] }), 2)
  const input = { ...totalsOf(counts, keyed('a')), dates: [2], isListed: () => true }
  for (const unit of [1, 2, 3]) for (const date of [0, 1]) input.publication.add(unit, TOTAL, date, 'earlier')
  await decideTotals(input)
  t.same(suppressedAt(counts, input.publication, 1), [])
  t.equal(suppressedAt(counts, input.publication, 2).length, 2)
})

t.test('where a date is not open nothing is published, not even that there was nothing', async (t) => {
  const counts = smallYear(weeks({ 1: [0, 9], 2: [30, 9] }), 2)
  const input = { ...totalsOf(counts, keyed('a')), isOpen: (date: number) => date === 2 }
  await decideTotals(input)
  t.same([1, 2].map((unit) => input.publication.dates(unit, TOTAL, 0, 2)), [[0, 2], [0, 2]])
})

t.test('one small ward early in a year takes one other along, not a bit of each', async (t) => {
  for (const key of KEYS.slice(0, 4)) {
    const rows = Object.fromEntries(upTo(12).map((unit) =>
      [unit, upTo(30).map((week) => unit === 5 && week === 4 ? 2 : 0)]))
    const counts = smallYear(weeks(rows), 30, upTo(12))
    const input = totalsOf(counts, keyed(key))
    const { narrowest } = await decideTotals(input)
    const shown = upTo(12).map((unit) => input.publication.dates(unit, TOTAL, 1, 30).length)
    t.equal(narrowest, 2)
    t.ok(shown.filter((dates) => dates >= 15).length >= 10, shown.join())
  }
})

t.test('breakdowns: a rare outcome takes a second cell of its ward and of another, and no ward as a whole', async (t) => {
  const [reported, confirmed] = [3, 4].map((outcome) => ({ ...GROUP, outcome }))
  const counts = smallYear([
    ...weeks({ 1: [40], 2: [60], 3: [50] }, reported), ...weeks({ 1: [1], 2: [20], 3: [30] }, confirmed)
  ], 1)
  const totals = new Publication()
  for (const unit of counts.units) for (const date of [0, 1]) totals.add(unit, TOTAL, date, date === 0 ? 'earlier' : 'new')
  const publication = new Publication()
  const { narrowest, audited } = await decideBreakdowns(aQuarter(counts, publication, totals))
  const hidden = (family: 'outcome' | 'channel', member: number) =>
    suppressedAt(counts, publication, 1, codeOf(family, member))
  t.ok(audited > 0 && (narrowest ?? 0) >= 1)
  for (const outcome of [3, 4]) {
    t.equal(hidden('outcome', outcome).length, 2, `it, and one that hides it: ${hidden('outcome', outcome).join()}`)
    t.ok(hidden('outcome', outcome).includes(1))
  }
  t.same(hidden('channel', 1), [], 'all came by one channel, as the total says')
})

t.test('breakdowns show nowhere that the total does not', async (t) => {
  const more = weeks({ 1: [20], 2: [20] }, { ...GROUP, outcome: 2 })
  const counts = smallYear([...weeks({ 1: [40], 2: [60] }), ...more], 1)
  const totals = new Publication()
  for (const unit of counts.units) totals.add(unit, TOTAL, 0, 'earlier')
  totals.add(1, TOTAL, 1, 'new')
  const publication = new Publication()
  const figures = breakdownFigures(counts, () => 1)
  await decideBreakdowns(aQuarter(counts, publication, totals))
  for (const { code } of figures) t.notOk(publication.has(2, code, 1))
})

t.test('dominance: what is completed is a part as well', (t) => {
  const of = (unit: number, outcome: number, count: number) => ({ unit, day: START, count, ...GROUP, outcome })
  const first = [of(1, 3, 1), of(1, 4, 1), of(1, 2, 1)]
  const second = [of(2, 3, 9), of(2, 4, 9)]
  const wide = (failed: number) =>
    isWideWithin(smallYear([...first, ...second, of(2, 2, failed)], 1), 1, [0, 1, 2], 0, 1, 3)
  t.notOk(wide(1), 'of 3, at most 2 failed')
  t.ok(wide(5))
  t.end()
})

/** Breakdowns of a quarter that begins at the date `first`; totals are public at these dates. */
async function breakdownsFrom (
  counts: ReturnType<typeof smallYear>, first: number, publicAt: number[]
): Promise<Publication> {
  const [totals, publication] = [new Publication(), new Publication()]
  for (const unit of counts.units) for (const date of publicAt) totals.add(unit, TOTAL, date, 'earlier')
  const weights = Array.from({ length: counts.gaps + 1 }, (_, date) => date === 0 || date === first ? 64 : 4)
  weights[counts.gaps] = 64
  await decideBreakdowns({
    counts,
    publication,
    totals,
    figures: breakdownFigures(counts, () => 1),
    threshold: 3,
    weights,
    order: weights,
    first,
    dates: [counts.gaps],
    exists: () => true,
    draw: keyed('a'),
    audit
  })
  return publication
}

t.test('no breakdown of a quarter at whose start the total is suppressed: it would say it', async (t) => {
  const counts = smallYear(weeks({ 1: [2, 40], 2: [3, 40], 3: [9, 40] }), 2)
  t.same([...(await breakdownsFrom(counts, 1, [0, 2])).added()], [])
  t.not([...(await breakdownsFrom(counts, 1, [0, 1, 2])).added()].length, 0)
})

t.test('what cannot be audited in time is not published', async (t) => {
  const counts = smallYear(weeks({ 1: [9, 9], 2: [1, 9], 3: [9, 9] }), 2)
  const input = totalsOf(counts, keyed('a'))
  const audited = await decideTotals({ ...input, audit: async () => { throw new AuditTimeout('too long') } })
  t.match(audited, { audited: 0, narrowest: null, tooLong: true })
  t.same([...input.publication.added()], [])
  t.match(await decideTotals(totalsOf(counts, keyed('a'))), { audited: Number })
})

t.test('a revision replaces counts whose changes are none or large, and keeps those that would show a small one', async (t) => {
  const before = smallYear(weeks({ 1: [20], 2: [20], 3: [20], 4: [20], 5: [20] }), 1)
  const revised = async (rows: Record<number, number[]>): Promise<number[]> => {
    const now = smallYear(weeks(rows), 1)
    const { units } = await decideRevision({
      before,
      now,
      published: () => [{ figure: TOTAL, groups: now.all, dates: [0, 1] }],
      threshold: 3,
      exists: () => true,
      draw: keyed('a'),
      audit
    })
    return [...units].sort()
  }
  t.same(await revised({ 1: [21], 2: [25], 3: [21], 4: [26], 5: [21] }), [2, 4], 'three that came are one each, or all of one')
  t.same(await revised({ 1: [19], 2: [15], 3: [19], 4: [14], 5: [19] }), [2, 4], 'and so with those that went')
  t.same(await revised({ 1: [21], 2: [25], 3: [20], 4: [20], 5: [20] }), [], 'beside a single one nothing may show')
  t.same(await revised({ 1: [20], 2: [20], 3: [20], 4: [20], 5: [20] }), [])
})
