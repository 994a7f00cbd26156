import type { Authority, Directory, Service } from '../catalogue/directory.ts'
import type { Definition, DigitalClass, EventTerm, KpiVersion } from '../domain/kpi/definition.ts'
import { DIGITAL, IN_TAKE_UP } from '../domain/kpi/shares.ts'
import { avoidedFailures, channelShift, type Share, type Saving } from '../domain/kpi/savings.ts'
import type { DateRange } from '../domain/period.ts'
import { workedOut, type Published } from '../disclosure/gate.ts'
import type { Session } from '../disclosure/session.ts'
import { readKpiValues } from './answer.ts'
import type { KpiValue } from './question.ts'

export type SavingKind = 'channel-shift' | 'failure-demand'

/**
 * What was saved by one authority, with everything that it was worked out from. `saving` undefined: a side is missing.
 */
export interface SavingLine {
  kind: SavingKind
  baseline: Published<KpiValue>
  now: Published<KpiValue>
  unit: { pence: number, source: string }
  saving: Published<Saving> | undefined
}
export interface AuthoritySavings { authority: Authority, lines: SavingLine[] }

const DEFAULT_UNITS: Record<SavingKind, { pence: number, source: string }> = {
  'channel-shift': { pence: 500, source: 'Default of the platform: 5 pounds for each transaction moved to digital' },
  'failure-demand': { pence: 5000, source: 'Default of the platform: 50 pounds for each failure avoided' }
}

const COMMON = {
  source: 'docs/kpis.md, Savings',
  source_date: null,
  owner: 'Local Performance Platform',
  effective_from: '2000-01-01',
  state: 'agreed',
  unit: 'count',
  scale: 1,
  polarity: 'higher',
  target: null,
  min_denominator: 0,
  min_coverage: 0.9
} as const
const version = (definition: Definition): KpiVersion => ({
  ...definition, kpi: 'savings', version: 1, created_at: new Date(0)
})

// What went wrong is counted as a failure alone: it has no part in channel shift, so no event saves twice.
const WENT_WELL = { completed: 1, reported: 1, unjustified: 1 }
const digitalShare = (outsideBoth: (classes: DigitalClass[]) => EventTerm[]): KpiVersion => {
  const wentWell = (
    classes: DigitalClass[]
  ): EventTerm[] => [
    { events: 'transaction', outcomes: WENT_WELL, classes, counts: { transactions: 1 } }, ...outsideBoth(classes)
  ]
  return version({
    ...COMMON,
    title: 'Share of digital',
    formula:
      'Transactions in digital channels over those in all channels; failures, proactive and unrecorded channels ' +
        'are outside both.',
    numerator: wentWell(DIGITAL),
    denominator: wentWell(IN_TAKE_UP)
  })
}
const DIGITAL_SHARE = digitalShare(() => [])
// A count of reports holds the confirmed misses too, so they have to be known by channel and are taken off.
const DIGITAL_SHARE_OF_REPORTS = digitalShare((
  classes
) => [{ events: 'transaction', outcomes: { confirmed: 0 }, classes, counts: { misses_confirmed: -1 } }])
const MISSED_SHARE = version({
  ...COMMON,
  title: 'Share of failures',
  formula: 'Confirmed misses over collections made.',
  numerator: [{ events: 'transaction', outcomes: { confirmed: 1 }, counts: { misses_confirmed: 1 } }],
  denominator: [{ measure: 'collections_made' }]
})
const FAILED_SHARE = version({
  ...COMMON,
  title: 'Share of failures',
  formula: 'Failed transactions over completed and failed ones.',
  numerator: [{ events: 'transaction', outcomes: { failed: 1 }, counts: { transactions_failed: 1 } }],
  denominator: [{
    events: 'transaction', outcomes: { ...WENT_WELL, failed: 1 }, counts: { transactions: 1, transactions_failed: 1 }
  }]
})

/** What a service saved in a period against a baseline period, for each of the authorities; two statements a kind. */
export async function readSavings (
  session: Session,
  directory: Directory,
  { service, authorities, range, baseline, today }: {
    service: Service, authorities: readonly Authority[], range: DateRange, baseline: DateRange, today: number
  }
): Promise<AuthoritySavings[]> {
  const kinds = [['channel-shift', definitionOf('channel-shift', service)], [
    'failure-demand', definitionOf('failure-demand', service)
  ]] as const
  const read = await Promise
    .all(kinds.map(async ([kind, definition]) => ({
      kind,
      definition,
      figures: await readKpiValues(session, directory, {
        versions: [definition], service, authorities, periods: [baseline, range], split: 'none', top: 0, today
      })
    })))
  return authorities.map((authority) => ({
    authority,
    lines: read.flatMap(({ kind, figures }): SavingLine[] => {
      const [before, now] = figures.filter(({ authorityId }) => authorityId === authority.id)
      if (before === undefined || now === undefined) return []
      const unit = directory.kpis.unitCost(kind, authority.id, service.id, range.start) ?? DEFAULT_UNITS[kind]
      return [{ kind, baseline: before, now, unit, saving: saved(kind, before, now, unit.pence) }]
    })
  }))
}

function definitionOf (kind: SavingKind, { denominator }: Service): KpiVersion {
  const missedBins = denominator === 'collections_made'
  if (kind === 'channel-shift') return missedBins ? DIGITAL_SHARE_OF_REPORTS : DIGITAL_SHARE
  return missedBins ? MISSED_SHARE : FAILED_SHARE
}

function saved (
  kind: SavingKind, before: Published<KpiValue>, now: Published<KpiValue>, pence: number
): Published<Saving> | undefined {
  const [baseline, current] = [partOf(before), partOf(now)]
  if (baseline === undefined || current === undefined) return undefined
  const saving = kind === 'channel-shift'
    ? channelShift(baseline, current, pence)
    : avoidedFailures(baseline, current, pence)
  return saving && workedOut([before, now], () => saving)
}

function partOf ({ value, numerator, denominator }: Published<KpiValue>): Share | undefined {
  return value === null || numerator === null || denominator === null
    ? undefined
    : { part: numerator, whole: denominator }
}

/** The formula in words, as the answer shows it. */
export function formulaOf (kind: SavingKind, service: Service): string {
  const { formula } = definitionOf(kind, service)
  return kind === 'channel-shift'
    ? `moved = digital now - digital in the baseline x volume now / volume in the baseline. ${formula}`
    : `avoided = failures in the baseline x volume now / volume in the baseline - failures now. ${formula}`
}
