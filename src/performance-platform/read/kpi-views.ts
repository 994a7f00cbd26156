import { isUnknown, type Authority, type Directory, type Service } from '../../catalogue/directory.ts'
import { isMeasureTerm, type KpiVersion } from '../../domain/kpi/definition.ts'
import { countOfRating, onOldScale, PENCE, RATINGS } from '../../domain/kpi/shares.ts'
import { PERIOD_OF_CODE } from '../../domain/observation.ts'
import { formatDay, parseDay } from '../../domain/calendar.ts'
import type { DateRange } from '../../domain/period.ts'
import { workedOut, type Published } from '../../disclosure/gate.ts'
import type { Session } from '../../disclosure/session.ts'
import { isKnown, readKpi, type KnownValue } from '../../kpi/kpi-of.ts'
import type { KpiValue } from '../../kpi/question.ts'
import { readObservations } from '../../observations/store/read.ts'
import type { ValueRecord } from '../store/value-records.ts'

/** Whose KPIs are read, for whom, and how channels are called. */
export interface KpiSource {
  session: Session
  directory: Directory
  service: Service
  authorities: readonly Authority[]
  labels: Record<string, string>
  today: number
}

/** A KPI of a period as a record has it; `keys` distinguish it from the others of the period. */
export interface KpiRecord { period: number, keys: Record<string, string>, values: Record<string, number> }

/** A data type whose records are made of the values of a KPI. */
export interface KpiView {
  kpi: string
  /** The fields that distinguish the records of one period. */
  keys: readonly string[]
  /** What a query collects that is the KPI of its period, not a sum or mean of records. */
  ofPeriod: { field: string, method: 'sum' | 'mean' }
  /** Counts beside it: where figures came for a period as a whole, their sums are the period's. */
  counts?: readonly string[]
  /** The records of some periods, in order; none where the KPI has no value. */
  over: (
    source: KpiSource, versions: readonly KpiVersion[], periods: readonly DateRange[]
  ) => Promise<Array<Published<KpiRecord>>>
  /** Records of the periods that were sent in the range; one a local day where left out. */
  asSent?: (
    source: KpiSource, versions: readonly KpiVersion[], range: DateRange
  ) => Promise<Array<Published<ValueRecord>>>
}

export async function readKnown (
  source: KpiSource, versions: readonly KpiVersion[], periods: readonly DateRange[], split: 'none' | 'channel' = 'none'
): Promise<KnownValue[]> {
  return (await readKpi(source.session, source.directory, { ...source, versions, periods, split })).filter(isKnown)
}

export const recordOf = (
  known: KnownValue, keys: KpiRecord['keys'], values: KpiRecord['values']
): Published<KpiRecord> => workedOut([known], () => ({ period: known.period, keys, values }))

const TAKE_UP = 'digital-take-up'
export const BY_DIGITAL_CLASS = 'transactions-by-digital-class'
export const BY_STAGE = 'journeys-by-stage'

/** Data types of an authority's service; `docs/performance-platform.md` says what their fields are. */
export const KPI_VIEWS: Record<string, KpiView> = {
  'digital-takeup': shareView(TAKE_UP, 'rate', 'digital', ['total']),
  'completion-rate': shareView('completion-rate', 'rate', 'completed', ['started']),
  'user-satisfaction-score': satisfactionView(),
  'cost-per-transaction': costView(),
  [BY_DIGITAL_CLASS]: classView([]),
  [BY_STAGE]: stageView([])
}

/** Data types of a service, its authorities side by side. */
export const SERVICE_KPI_VIEWS: Record<string, KpiView> = {
  [BY_DIGITAL_CLASS]: classView(['authority', 'authority_name']),
  [BY_STAGE]: stageView(['authority', 'authority_name'])
}

function shareView (kpi: string, share: string, numerator: string, denominators: readonly string[]): KpiView {
  return {
    kpi,
    keys: [],
    ofPeriod: { field: share, method: 'mean' },
    over: async (source, versions, periods) =>
      (await readKnown(source, versions, periods)).map((known) =>
        recordOf(known, {}, {
          [share]: onOldScale(known.version, known),
          ...(known.numerator !== null && numerator !== '' && { [numerator]: known.numerator }),
          ...(known.denominator !== null &&
            Object.fromEntries(denominators.map((name) => [name, known.denominator ?? 0])))
        })
      )
  }
}

// The score, and beside it how many answers had each rating.
function satisfactionView (): KpiView {
  const score = shareView('user-satisfaction-score', 'score', '', ['total', 'num_responses'])
  return {
    ...score,
    counts: [...RATINGS.map((rating) => `rating_${rating}`), 'total', 'num_responses'],
    over: async (source, versions, periods) => {
      const counts = RATINGS.map(async (rating) => {
        const values = await readKpi(source.session, source.directory, {
          ...source, versions: [countOfRating(rating)], periods
        })
        return new Map(values.map((one) => [one.period, one]))
      })
      const [records, ...byPeriod] = await Promise.all([score.over(source, versions, periods), ...counts])
      return records.map((record) => {
        const ratings = RATINGS.flatMap((rating, i) => {
          const count = byPeriod[i]?.get(record.period)
          return count === undefined || count.numerator === null ? [] : [{ rating, count }]
        })
        return workedOut<KpiRecord | KpiValue, KpiRecord>([record, ...ratings.map(({ count }) => count)], () => ({
          period: record.period,
          keys: record.keys,
          values: {
            ...record.values,
            ...Object.fromEntries(ratings.map(({ rating, count }) => [`rating_${rating}`, count.numerator ?? 0]))
          }
        }))
      })
    }
  }
}

/** What digital take-up counts, by whether it is digital. */
function classView (keys: readonly string[]): KpiView {
  return partsView(TAKE_UP, keys, 'digital_class', (part, whole) => ({ digital: part, 'non-digital': whole - part }))
}

/** What the completion rate counts: journeys that were started, and those of them that were completed. */
function stageView (keys: readonly string[]): KpiView {
  return partsView('completion-rate', keys, 'stage', (part, whole) => ({ started: whole, completed: part }))
}

/** The counts of a share, told apart by a field: front ends make the share of them, by matching the field's values. */
function partsView (
  kpi: string, keys: readonly string[], field: string, parts: (part: number, whole: number) => Record<string, number>
): KpiView {
  return {
    kpi,
    keys: [...keys, field],
    ofPeriod: { field: 'count', method: 'sum' },
    over: async (source, versions, periods) => {
      const values = await readKnown(source, versions, periods)
      return values.flatMap((known) => {
        const { authorityId, numerator, denominator } = known
        const { slug = '', short_name: name = '' } = source.directory.authorityById.get(authorityId) ?? {}
        const named: Record<string, string> = { authority: slug, authority_name: name }
        const own = Object.fromEntries(keys.map((key) => [key, named[key] ?? '']))
        return Object.entries(parts(numerator ?? 0, denominator ?? 0)).map(([part, count]) =>
          recordOf(known, { ...own, [field]: part }, { count })
        )
      })
    }
  }
}

/** The value of `channel` for all channels together. */
export const ALL = 'all'

// One record for each cost observation that was sent, with what it comes to a transaction.
function costView (): KpiView {
  const over: KpiView['over'] = async (source, versions, periods) => {
    const { directory, labels } = source
    const [whole, byChannel] = await Promise.all([
      readKnown(source, versions, periods), readKnown(source, versions, periods, 'channel')
    ])
    return [...whole, ...byChannel].flatMap((known) => {
      const slug = known.member === null ? ALL : directory.channelById.get(known.member)?.slug
      if (slug === undefined) return []
      return [recordOf(known, { channel: known.member === null ? ALL : labels[slug] ?? slug }, {
        cost_per_transaction: onOldScale(known.version, known),
        ...(known.numerator !== null && { total_cost: known.numerator / PENCE }),
        ...(known.denominator !== null && { number_of_transactions: known.denominator })
      })]
    })
  }
  return {
    kpi: 'cost-per-transaction',
    keys: ['channel'],
    ofPeriod: { field: 'cost_per_transaction', method: 'mean' },
    over,
    asSent: async (source, versions, range) => {
      const costs = (await readCosts(source, versions, range)).filter(({ start }) =>
        start >= range.start && start < range.end
      )
      const byKind = [...Map.groupBy(costs, ({ period }) => period)]
      const records = await Promise.all(byKind.map(async ([period, sent]) => {
        const ends = new Map(sent.map(({ start, end }) => [start, end])) // of one kind, so that none overlap
        const periods = [...ends].map(([start, end]) => ({ start, end })).sort((a, b) => a.start - b.start)
        return (await over(source, versions, periods)).flatMap((record): Array<Published<ValueRecord>> => {
          const { keys: { channel = '' }, values } = record
          const { start = 0, end = 0 } = periods[record.period] ?? {}
          if (!sent.some((cost) => cost.start === start && cost.channel === channel)) return []
          return [workedOut([record], () => ({
            day: start,
            name: `${period}.${channel}`,
            body: { channel, ...values, period, end_at: `${formatDay(end)}T00:00:00+00:00` }
          }))]
        })
      }))
      return records.flat()
    }
  }
}

/** Whose costs were sent, and of which days; their values are read as a KPI. */
interface SentCost extends DateRange { period: string, channel: string }

async function readCosts (
  { session, directory, service, authorities, labels }: KpiSource, versions: readonly KpiVersion[], range: DateRange
): Promise<SentCost[]> {
  const measureIds = versions.flatMap(({ numerator }) => numerator).filter(isMeasureTerm).flatMap(({ measure }) => {
    const found = directory.kpis.measure(measure)
    return isUnknown(found) ? [] : [found.id]
  })
  const authorityIds = authorities.map(({ id }) => id)
  const costs = await readObservations(session.pool.within({ authorityIds }), {
    authorityIds, serviceId: service.id, measureIds, from: range.start, to: range.end
  })
  return costs.filter(({ wardId }) => wardId === 0).map(({ startOn, endOn, channelId, period }) => {
    const slug = directory.channelById.get(channelId)?.slug
    return {
      start: parseDay(startOn) ?? 0,
      end: (parseDay(endOn) ?? 0) + 1,
      period: PERIOD_OF_CODE.get(period) ?? 'day',
      channel: slug === undefined ? ALL : labels[slug] ?? slug
    }
  })
}
