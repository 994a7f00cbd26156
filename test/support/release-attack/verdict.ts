import { addPeriods, periodsIn, periodStart, type Period } from '../../../src/domain/period.ts'
import { formatDay } from '../../../src/domain/calendar.ts'
import type { Knowledge, Selection } from './knowledge.ts'
import { AttackModel, type Target } from './model.ts'
import { randomOf } from './world.ts'

/** How it went with one kind of small count. */
export interface Tally { attacked: number, pinned: number, narrowed: number, narrowest: number }

export interface Verdict {
  tallies: Record<string, Tally>
  /** The first counts that were pinned or narrowed, in words. */
  found: string[]
  size: string
  seconds: number
}

export interface VerdictOptions {
  byStreet?: boolean
  joint?: boolean
  /** How many counts of a kind are attacked: those that are small and lie in the smallest parts first. */
  most?: number
  /** Whether single days of wards are attacked as well. */
  days?: boolean
}

const DIGITAL = ['web']

/** Attacks every small count of a ward (or street) that was not told, by all that was. */
export function judge (knowledge: Knowledge, options: VerdictOptions = {}): Verdict {
  const started = performance.now()
  const { most = 150, byStreet = false, joint = true } = options
  const targets = byStreet ? streetTargets(knowledge) : wardTargets(knowledge)
  const verdict: Verdict = { tallies: {}, found: [], size: '', seconds: 0 }
  const whole = new AttackModel(knowledge, {
    cuts: targets.flatMap(({ start, end }) => [start, end]), byStreet, joint
  })
  verdict.size = whole.size
  attackAll(whole, targets, knowledge, most, verdict)
  whole.dispose()
  if (options.days === true) {
    const days = dayTargets(knowledge)
    for (const some of Map.groupBy(days, ({ start }) => Math.floor((start - knowledge.world.start) / 28)).values()) {
      const model = new AttackModel(knowledge, { cuts: some.flatMap(({ start, end }) => [start, end]), joint })
      attackAll(model, some, knowledge, most / 4, verdict)
      model.dispose()
    }
  }
  verdict.seconds = (performance.now() - started) / 1000
  return verdict
}

function attackAll (model: AttackModel, targets: Target[], knowledge: Knowledge, most: number, verdict: Verdict): void {
  const next = randomOf(knowledge.world.seed + 1)
  const seen = new Set<string>()
  for (const [kind, some] of Map.groupBy(targets, ({ kind }) => kind)) {
    const threshold = kind.startsWith('street') ? knowledge.thresholds.street : knowledge.thresholds.ward
    const small = some.map((target) => ({ target, ...model.attack(target) })).filter(({ truth, key }) => {
      if (truth === 0 || Math.abs(truth) >= threshold) return false
      const isNew = !seen.has(key())
      seen.add(key())
      return isNew
    })
    const tally = verdict.tallies[kind] ??= { attacked: 0, pinned: 0, narrowed: 0, narrowest: Infinity }
    const order = small.map((one) => ({ one, at: next() })).sort((a, b) => a.at - b.at)
    for (const { one: { target, truth, alone: byAuthority, bounds } } of order.slice(0, most)) {
      if (target.of === 'all' && isPublicAtFirst(model, target, threshold)) continue
      const { low, high } = bounds()
      tally.attacked++
      const alone = byAuthority()
      const free = Math.min(threshold, alone.high - alone.low)
      if (free === 0) continue
      if (high - low < free - 1e-6) {
        const isPinned = high - low < 1e-6
        tally[isPinned ? 'pinned' : 'narrowed']++
        if (verdict.found.length < 40) {
          verdict.found.push(`${isPinned ? 'PINNED' : 'narrowed'} ${words(knowledge, target)}: ${truth} is within ${low}..${high}, ` +
            `by the authority's figures alone within ${alone.low}..${alone.high}`)
        }
      }
      tally.narrowest = Math.min(tally.narrowest, high - low)
    }
  }
}

/**
 * Whether a count was large enough and published when its days were first released: what it is now follows as far as
 * the authority's own figures tell what came or went since, which is attacked as a change.
 */
function isPublicAtFirst (model: AttackModel, target: Target, threshold: number): boolean {
  const { truth, bounds } = model.attack({ ...target, of: 'first' })
  if (truth > 0 && truth < threshold) return false
  const { low, high } = bounds()
  return low === high
}

function words (
  { world }: Knowledge, { kind, ward, street, start, end, channels, outcomes, avoidable, of }: Target
): string {
  return [
    kind, world.wards[ward], street === undefined ? '' : `street ${street}`, `${formatDay(start)}..${formatDay(end - 1)}`,
    channels?.join('+'), outcomes?.join('+'), avoidable === undefined ? '' : `avoidable ${avoidable}`,
    typeof of === 'string' ? of === 'first' ? 'as first released' : '' : `changed by release ${of.revision}`
  ].filter((one) => one !== '' && one !== undefined).join(' ')
}

/** Every stretch between dates that periods of a rule begin on, whatever was published of them. */
function stretches (start: number, end: number, periods: Period[], most = Infinity): Array<[number, number]> {
  const dates = [...new Set(periods.flatMap((period) =>
    periodsIn(period, { start, end }, 4000).flatMap((one) => [one.start, one.end])))]
    .filter((day) => day >= start && day <= end).sort((a, b) => a - b)
  return dates.flatMap((from, i) => dates.slice(i + 1, i + 1 + most).map((to): [number, number] => [from, to]))
}

function wardTargets (knowledge: Knowledge): Target[] {
  const { world, releases } = knowledge
  const isRevised = knowledge.deltas.some(({ late }) => late)
  const { start } = world
  const end = Math.min(addPeriods('financial_year', periodStart('financial_year', start), 1), knowledge.upTo + 1)
  const targets: Target[] = []
  const add = (kind: string, from: number, to: number, selection: Selection, of: Target['of'] = 'all'): void => {
    for (const ward of world.wards.keys()) targets.push({ kind, ward, start: from, end: to, ...selection, of })
  }
  for (const [from, to] of stretches(start, end, ['week', 'month'])) {
    add('ward total', from, to, {})
    if (isRevised) add('ward total', from, to, {}, 'first')
  }
  const parts: Array<[string, Selection]> = [
    ...world.outcomes.map((outcome): [string, Selection] => ['ward outcome', { outcomes: [outcome] }]),
    ...world.channels.map((channel): [string, Selection] => ['ward channel', { channels: [channel] }]),
    ['ward class', { channels: DIGITAL }],
    ['ward class', { channels: world.channels.filter((one) => !DIGITAL.includes(one) && one !== 'unknown') }],
    ['ward avoidable', { avoidable: true }]
  ]
  for (const [from, to] of stretches(start, end, ['week', 'month'], 1)) for (const [kind, one] of parts) add(kind, from, to, one)
  for (const [from, to] of stretches(start, end, ['month'])) for (const [kind, one] of parts) add(kind, from, to, one)
  for (const [revision, { isRevision }] of releases.entries()) {
    if (!isRevision || !isRevised) continue
    add('ward change', start, end, {}, { revision })
    for (const [from, to] of stretches(start, end, ['week', 'month'], 1)) add('ward change', from, to, {}, { revision })
  }
  return targets
}

function streetTargets (knowledge: Knowledge): Target[] {
  const { world } = knowledge
  return stretches(world.start, knowledge.upTo + 1, ['month']).flatMap(([start, end]) =>
    [...world.wards.keys()].flatMap((ward) => [
      { kind: 'ward total', ward, start, end, of: 'all' as const },
      ...Array.from({ length: world.streets + 1 }, (_, street) => ({ kind: 'street', ward, street, start, end, of: 'all' as const }))
    ]))
}

function dayTargets (knowledge: Knowledge): Target[] {
  const { world } = knowledge
  return Array.from({ length: knowledge.upTo + 1 - world.start }, (_, i) => world.start + i).flatMap((start) =>
    [...world.wards.keys()].map((ward) => ({ kind: 'ward day', ward, start, end: start + 1, of: 'all' as const })))
}
