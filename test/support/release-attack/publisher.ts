import { periodsIn } from '../../../src/domain/period.ts'
import { Knowledge } from './knowledge.ts'
import type { World } from './world.ts'

/**
 * A publisher without a service, to try the attacker on: each week's wards are shown but for those that `isHidden`
 * keeps back. Its answers are fed to the attacker as those of the service are.
 */
export function publish (
  world: World,
  isHidden: (counts: number[], ward: number, week: number) => boolean,
  options: { revision?: boolean, byOutcome?: boolean } = {}
): Knowledge {
  const knowledge = new Knowledge(world, { ward: 3, street: 5 })
  const end = world.start + world.days
  const weeks = periodsIn('week', { start: world.start, end }, 100)
  const acts = [...world.acts]
  const arriveBefore = (day: number): void => {
    while (acts.length > 0 && acts[0]!.at < day * 86_400_000) knowledge.arrive(acts.shift()!)
  }
  const tell = (): void => {
    for (const [i, week] of weeks.entries()) {
      if (week.end - 1 > knowledge.upTo) continue
      const sum = (ward: number, outcomes?: string[]): number =>
        knowledge.truth({ ward, ...week, ...(outcomes && { outcomes }) }, knowledge.state)
      const counts = world.wards.map((_, ward) => sum(ward))
      for (const ward of world.wards.keys()) {
        if (isHidden(counts, ward, i)) continue
        knowledge.see({ ward, ...week, value: counts[ward]!, what: `week ${i}` })
        if (options.byOutcome !== true) continue
        for (const outcome of world.outcomes) {
          knowledge.see({ ward, ...week, outcomes: [outcome], value: sum(ward, [outcome]), what: `week ${i} ${outcome}` })
        }
      }
    }
  }
  for (const { end: monday } of weeks) {
    arriveBefore(monday)
    knowledge.release({ upTo: monday - 1, isRevision: false })
    tell()
  }
  if (options.revision === true) {
    arriveBefore(Infinity)
    knowledge.release({ upTo: knowledge.upTo, isRevision: true })
    tell()
  }
  return knowledge
}
