import type { Test } from 'tap'
import type { Knowledge } from './knowledge.ts'
import { judgePatterns } from './pattern.ts'
import { play, type Release, type Script } from './play.ts'
import { judge, type Tally, type VerdictOptions } from './verdict.ts'
import { makeWorld, type World, type WorldShape } from './world.ts'

export interface Scenario extends VerdictOptions {
  name: string
  shape: Omit<WorldShape, 'seed'>
  script: Script
  /** What is different about the world. */
  change?: (world: World) => World
  patterns?: boolean
  /** How many counts are known to be narrowed: a limit that docs/disclosure-control.md names. */
  known?: number
}

/** `RELEASE_ATTACK=long` plays whole years, and more worlds; `RELEASE_ATTACK_SEED` one world alone. */
export const isLong = process.env['RELEASE_ATTACK'] === 'long'

export function seedsOf (few: number[], many: number): number[] {
  const only = process.env['RELEASE_ATTACK_SEED']
  if (only !== undefined) return [Number(only)]
  return isLong ? Array.from({ length: many }, (_, i) => 100 + i) : few
}

/** Plays worlds to the service, and attacks every small count with all that the public was told. None may give way. */
export async function attack (
  t: Test, { name, shape, script, change, patterns, known = 0, ...options }: Scenario, seeds: number[]
): Promise<void> {
  for (const seed of seeds) {
    await t.test(`${name}, seed ${seed}`, async (t) => {
      const made = makeWorld({ ...shape, seed })
      const world = change?.(made) ?? made
      const { knowledge, released } = await play(t, world, script)
      const verdict = judge(knowledge, { joint: script.looks === 'event', ...options })
      t.comment(`${world.wards.length} wards, ${world.acts.length} acts, ${world.days} days; ${wordsOf(knowledge, released)}`)
      t.comment(`${verdict.size}, ${verdict.seconds.toFixed(1)} s; ${talliesOf(verdict.tallies)}`)
      t.same(knowledge.faults.slice(0, 5), [], `${knowledge.faults.length} answers are wrong or show a small count`)
      if (knowledge.deltas.some(({ late }) => late)) {
        t.ok(released.some(({ kind }) => kind === 'revision'), 'what came late is released at last')
      }
      const gaveWay = (name: 'pinned' | 'narrowed'): number =>
        Object.values(verdict.tallies).reduce((sum, tally) => sum + tally[name], 0)
      t.equal(gaveWay('pinned'), 0, 'no small count is pinned')
      t.ok(gaveWay('narrowed') <= known, `none is narrowed below the threshold${known === 0 ? '' : `, but for ${known} known`}`)
      for (const one of verdict.found.slice(0, 12)) t.comment(one)
      if (patterns === true) {
        const told = judgePatterns(knowledge)
        t.comment(`by the rule: ${JSON.stringify(told)}`)
        t.equal(told.pinned, 0, 'none is pinned by the rule alone')
        t.ok(told.pairs < 12 || told.cheapest < 0.9 * told.pairs, 'what hides a small ward is not always the smallest large one')
      }
    })
  }
}

export function wordsOf (knowledge: Knowledge, released: Release[]): string {
  const values = [...knowledge.kept.values()]
  const narrowest = Math.min(...released.map((one) => one.narrowest ?? Infinity))
  return `${knowledge.answers} answers, ${values.filter(({ value }) => value > 0).length} figures above 0 shown, ` +
    `${knowledge.suppressedKeys.size} kept back, ${knowledge.stood} stood; ${released.length} releases ` +
    `(${released.filter(({ kind }) => kind === 'revision').length} revisions, ` +
    `${released.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(1)} s, narrowest ${narrowest}, ` +
    `${released.reduce((sum, one) => sum + one.not_published.length, 0)} not published)`
}

export function talliesOf (tallies: Record<string, Tally>): string {
  return Object.entries(tallies).filter(([, { attacked }]) => attacked > 0).map(([kind, one]) =>
    `${kind}: ${one.attacked} attacked, ${one.pinned} pinned, ${one.narrowed} narrowed, narrowest ${one.narrowest}`).join('; ')
}
