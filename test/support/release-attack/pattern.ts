import { periodsIn } from '../../../src/domain/period.ts'
import type { Knowledge } from './knowledge.ts'

/** A stretch between neighbouring dates: which wards' counts are not public in it, and what they add up to. */
interface Pattern { suppressed: number[], shown: number[], counts: number[], sum: number }

export interface PatternVerdict {
  attacked: number
  pinned: number
  narrowed: number
  /** Whether every ward with nothing was shown: then the attacker takes it that a suppressed one has something. */
  zerosShown: boolean
  /** Stretches with one small ward beside one large one that hides it, and in how many it is the smallest large one. */
  pairs: number
  cheapest: number
  /** How many would be the smallest if the large one were drawn evenly. */
  expected: number
}

/**
 * What the rule says beside the figures: of the wards that are suppressed in a stretch at least one is small, and which
 * others go with it is drawn by a key. Counts the small ones that follow from this and from the sum of the suppressed.
 */
export function judgePatterns (knowledge: Knowledge): PatternVerdict {
  const { ward: threshold } = knowledge.thresholds
  const isSmall = (count: number): boolean => count > 0 && count < threshold
  const patterns = patternsOf(knowledge)
  const zerosShown = patterns.every(({ suppressed, counts }) => suppressed.every((ward) => counts[ward] !== 0))
  const verdict: PatternVerdict = {
    attacked: 0, pinned: 0, narrowed: 0, zerosShown, pairs: 0, cheapest: 0, expected: 0
  }
  for (const { suppressed, shown, counts, sum } of patterns) {
    const all = counts.reduce((sum, count) => sum + count, 0)
    for (const ward of suppressed.filter((ward) => isSmall(counts[ward]!))) {
      const values = possible(suppressed.length, sum, zerosShown ? 1 : 0, threshold)
      if (!values.includes(counts[ward]!)) continue // suppressed for another reason than the attacker takes it for
      verdict.attacked++
      const range = values.at(-1)! - values[0]!
      if (range === 0 && all > 0) verdict.pinned++
      else if (range < Math.min(threshold, all)) verdict.narrowed++
    }
    const large = suppressed.filter((ward) => counts[ward]! >= threshold)
    const others = shown.map((ward) => counts[ward]!).filter((count) => count >= threshold)
    if (suppressed.length === 2 && large.length === 1 && others.length > 0 && isSmall(sum - counts[large[0]!]!)) {
      const own = counts[large[0]!]!
      if (others.includes(own)) continue
      verdict.pairs++
      if (others.every((count) => count > own)) verdict.cheapest++
      verdict.expected += 1 / (others.length + 1)
    }
  }
  return verdict
}

/** What one of so many suppressed counts can be, given their sum and that one of them at least is small. */
function possible (many: number, sum: number, least: number, threshold: number): number[] {
  return Array.from({ length: sum + 1 }, (_, value) => value).filter((value) => {
    const rest = sum - value
    if (value < least || rest < least * (many - 1) || (many === 1 && rest !== 0)) return false
    if (value > 0 && value < threshold) return true
    return many === 2 ? rest > 0 && rest < threshold : many > 2 && rest >= 1 + least * (many - 2)
  })
}

function patternsOf (knowledge: Knowledge): Pattern[] {
  const { world } = knowledge
  const end = knowledge.upTo + 1
  const dates = [...new Set((['week', 'month'] as const).flatMap((period) =>
    periodsIn(period, { start: world.start, end }, 400).flatMap((one) => [one.start, one.end])))]
    .filter((day) => day >= world.start && day <= end).sort((a, b) => a - b)
  const known = world.wards.map((_, ward) => datesOf(knowledge, ward))
  return dates.slice(1).flatMap((to, i) => {
    const from = dates[i]!
    const counts = world.wards.map((_, ward) => knowledge.truth({ ward, start: from, end: to }, knowledge.state, 0))
    const isKnown = (ward: number): boolean =>
      known[ward]!.get(from) !== undefined && known[ward]!.get(from) === known[ward]!.get(to)
    const suppressed = [...world.wards.keys()].filter((ward) => !isKnown(ward))
    if (suppressed.length === 0) return []
    const sum = suppressed.reduce((sum, ward) => sum + counts[ward]!, 0)
    return [{ suppressed, shown: [...world.wards.keys()].filter(isKnown), counts, sum }]
  })
}

/** The dates of a ward's total before any revision, with the set of dates that each can be subtracted from. */
function datesOf (knowledge: Knowledge, ward: number): Map<number, number> {
  const set = new Map<number, number>()
  for (const one of knowledge.kept.values()) {
    if (one.ward !== ward || one.street !== undefined) continue
    if (!one.fits.includes(0)) continue
    if (one.channels !== undefined || one.outcomes !== undefined || one.avoidable !== undefined) continue
    const [a, b] = [set.get(one.start) ?? one.start, set.get(one.end) ?? one.end]
    set.set(one.start, a).set(one.end, a)
    if (a !== b) for (const [day, of] of set) if (of === b) set.set(day, a)
  }
  return set
}
