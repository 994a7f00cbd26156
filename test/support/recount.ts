import { COUNTS_UNTIL, day, dayNumber, londonDay, type RawEvent, type RawFigure, type Sent } from './two-years.ts'

/** A KPI worked out the long way from raw rows: no SQL, no rollup, no code of the service. */
export interface Recounted { value: number | null, numerator: number | null, denominator: number | null }

const DIGITAL = ['web', 'assisted-digital', 'direct-debit']
const NON_DIGITAL = ['telephone-agent', 'face-to-face', 'paper', 'kiosk']
const COMPLETED = ['completed', 'reported', 'confirmed', 'unjustified']

interface Question { authority: string, service: string, kpi: string, startOn: string, endOn: string, ward?: string }

export function recount (sent: Sent, question: Question): Recounted {
  const { events, figures } = rowsOf(sent, `${question.authority} ${question.service}`)
  const rowsIn = ({ startOn, endOn }: Days) => ({
    all: events.filter(({ occurred_at }) => startOn <= dateOf(occurred_at) && dateOf(occurred_at) <= endOn),
    figures: figures.filter((figure) => figure.start_on >= startOn && lastDay(figure) <= endOn)
  })
  const own = rowsIn(question)
  if (!question.kpi.includes('missed')) return overEvents(question, own.all, own.figures)
  const weeks = weeksBegunIn(question)
  const some = rowsIn(weeks)
  return daysOf(question.startOn, question.endOn).length > 7 &&
    shareOf(weeks, some.figures) > shareOf(question, own.figures)
    ? missed({ ...question, ...weeks }, some.all, some.figures)
    : missed(question, own.all, own.figures)
}

interface Days { startOn: string, endOn: string }

/** From the first Monday of a period to the last Sunday of a week that begins in it. */
function weeksBegunIn ({ startOn, endOn }: Days): Days {
  const isMonday = (date: string): boolean => new Date(`${date}T00:00:00Z`).getUTCDay() === 1
  const mondays = daysOf(startOn, endOn).filter(isMonday)
  return { startOn: mondays[0] ?? startOn, endOn: day(dayNumber(mondays.at(-1) ?? endOn) + 6) }
}

const shareOf = ({ startOn, endOn }: Days, figures: RawFigure[]): number =>
  new Set(figures.flatMap((figure) => daysOf(figure.start_on, lastDay(figure)))).size / daysOf(startOn, endOn).length

const byService = new WeakMap<Sent, Map<string, Sent>>()
function rowsOf (sent: Sent, key: string): Sent {
  const known = byService.get(sent) ?? new Map<string, Sent>()
  byService.set(sent, known)
  const mine = (row: { authority: string, service: string }): boolean => `${row.authority} ${row.service}` === key
  const rows = known.get(key) ?? { events: sent.events.filter(mine), figures: sent.figures.filter(mine) }
  known.set(key, rows)
  return rows
}

const dates = new Map<string, string>()
function dateOf (instant: string): string {
  const date = dates.get(instant) ?? londonDay(instant)
  dates.set(instant, date)
  return date
}

function overEvents (
  { authority, service, kpi, startOn, endOn, ward }: Question, all: RawEvent[], figures: RawFigure[]
): Recounted {
  const switched = authority === 'nottingham' && service === 'pay-council-tax'
  const transactions: Array<
    { channel: string, count: number, avoidable?: boolean, outcome: string, date: string, ward?: string }
  > = all
    .filter((event) => event.type === 'transaction' && !(switched && dateOf(event.occurred_at) < COUNTS_UNTIL))
    .map((event) => ({ ...event, date: dateOf(event.occurred_at) }))
  const counts = switched
    ? figures.filter((figure) => figure.measure === 'transactions' && lastDay(figure) < COUNTS_UNTIL)
    : []
  for (const { channel = '', value, start_on } of counts) {
    transactions.push({ channel, count: value, outcome: 'completed', date: start_on })
  }
  // Days in the part of the period that counts are authoritative for must be covered by counts.
  let needed = 0
  const covered = new Set(counts.flatMap((figure) => daysOf(figure.start_on, lastDay(figure))))
  for (const date of daysOf(startOn, endOn)) if (switched && date < COUNTS_UNTIL) needed++
  const share = 1 - (needed - covered.size) / daysOf(startOn, endOn).length
  const ratings = all.filter((event) => event.type === 'rating')
  const journeys = all.filter((event) => event.type === 'journey')
  const digital = ({ channel, date }: { channel: string, date: string }): boolean =>
    DIGITAL.includes(channel) || (channel === 'kiosk' && authority === 'warwickshire' && date >= '2026-02-14')
  const here = transactions.filter((event) => ward === undefined || (event.ward ?? 'unknown') === ward)
  const done = here.filter(({ outcome }) => COMPLETED.includes(outcome))
  const public_ = done.filter(({ channel }) => DIGITAL.includes(channel) || NON_DIGITAL.includes(channel))
  const none = { value: null, numerator: null, denominator: null }
  if (kpi === 'completion-rate') {
    return journeys.length === 0
      ? none
      : rate(
        100,
        total(journeys.filter(({ outcome }) => outcome === 'completed' || outcome === 'ineligible')),
        total(journeys.filter(({ outcome }) => outcome === 'started'))
      )
  }
  if (kpi === 'user-satisfaction-score') {
    if (ratings.length === 0) return none
    const answers = total(ratings)
    const mean = ratings.reduce((sum, { outcome, count }) => sum + Number(outcome) * count, 0) / answers
    return {
      value: (mean - 1) / 4,
      numerator: ratings.reduce((sum, { outcome, count }) => sum + (Number(outcome) - 1) * count, 0),
      denominator: answers
    }
  }
  if (kpi === 'user-satisfaction-satisfied') {
    return ratings.length === 0
      ? none
      : rate(100, total(ratings.filter(({ outcome }) => outcome === '4' || outcome === '5')), total(ratings))
  }
  if (transactions.length === 0) return none
  const enough = (least: number, result: Recounted): Recounted => share < least ? { ...result, value: null } : result
  if (kpi === 'digital-take-up') return enough(0.9, rate(100, total(public_.filter(digital)), total(public_)))
  if (kpi === 'transactions') return enough(1, { value: total(done), numerator: total(done), denominator: null })
  if (kpi === 'unmapped-channel-rate') {
    return enough(0.9, rate(100, total(done.filter(({ channel }) => channel === 'unknown')), total(done)))
  }
  if (kpi === 'avoidable-contact') {
    const contacts = here.filter(({ channel }) => channel !== 'crew' && channel !== 'direct-debit')
    return rate(100, total(contacts.filter(({ avoidable }) => avoidable === true)), total(contacts))
  }
  throw new Error(kpi)
}

function missed ({ kpi, startOn, endOn }: Question, all: RawEvent[], figures: RawFigure[]): Recounted {
  const covered = new Set(figures.flatMap((figure) => daysOf(figure.start_on, lastDay(figure))))
  const wanted = kpi === 'missed-per-100000' ? ['confirmed'] : ['reported', 'confirmed', 'unjustified']
  const same = all.filter((event) =>
    event.type === 'transaction' && (covered.size === 0 || covered.has(dateOf(event.occurred_at)))
  )
  const collections = figures.reduce((sum, { value }) => sum + value, 0)
  const misses = total(same.filter(({ outcome }) => wanted.includes(outcome)))
  const ok = same.length > 0 && figures.length > 0 && covered.size / daysOf(startOn, endOn).length >= 0.9
  return {
    value: ok ? misses * 100_000 / collections : null,
    numerator: same.length === 0 ? null : misses,
    denominator: figures.length === 0 ? null : collections
  }
}

const total = (rows: Array<{ count: number }>): number => rows.reduce((sum, { count }) => sum + count, 0)
const rate = (scale: number, numerator: number, denominator: number): Recounted => ({
  value: denominator === 0 ? null : numerator * scale / denominator, numerator, denominator
})

function daysOf (from: string, to: string): string[] {
  return Array.from({ length: dayNumber(to) - dayNumber(from) + 1 }, (_, i) => day(dayNumber(from) + i))
}

function lastDay ({ period, start_on }: RawFigure): string {
  const [year, month] = start_on.split('-').map(Number) as [number, number]
  if (period === 'week') return day(dayNumber(start_on) + 6)
  return new Date(Date.UTC(year, month - 1 + (period === 'quarter' ? 3 : 1), 0)).toISOString().slice(0, 10)
}
