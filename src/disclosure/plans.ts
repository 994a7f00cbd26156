import type pg from 'pg'
import { readActiveDays } from './store/disclosure.ts'
import { readStreetCounts, readWardCounts } from './store/place-counts.ts'
import type { AreaPlans } from './area-plans.ts'
import { gridOf, planAreas, type Scope } from './plan-areas.ts'

export type PlanAsk = Omit<Scope, 'authorityId'> & { type: number }

/** Makes the plans of several authorities for one year. One statement reads for all whose rules need the same dates. */
export async function readPlans (
  client: pg.Pool | pg.ClientBase, ask: PlanAsk, authorityIds: readonly number[]
): Promise<Map<number, AreaPlans>> {
  const { serviceId, type, level, year } = ask
  const wanted = authorityIds.map((authorityId) => {
    const scope = { ...ask, authorityId }
    return { scope, grid: gridOf(scope) }
  })
  const alike = Map.groupBy(wanted, ({ grid }) => `${grid.wards.join()} ${grid.streets.join()}`)
  const plans = await Promise.all([...alike.values()].map(async (some) => {
    const grid = some[0]?.grid ?? { wards: [], streets: [] }
    const key = { authorityIds: some.map(({ scope }) => scope.authorityId), serviceId, type }
    const [wards, days, streets] = await Promise.all([
      grid.wards.length === 0 ? [] : readWardCounts(client, key, grid.wards),
      level === 'authority' ? [] : readActiveDays(client, key, [year.start, year.end]),
      level === 'street' ? readStreetCounts(client, key, grid.streets) : []
    ])
    const [wardsOf, daysOf, streetsOf] = [byAuthority(wards), byAuthority(days), byAuthority(streets)]
    return some.map(({ scope }) =>
      [
        scope.authorityId,
        planAreas(scope, {
          grid,
          wards: wardsOf(scope.authorityId),
          days: daysOf(scope.authorityId),
          streets: streetsOf(scope.authorityId)
        })
      ] as const
    )
  }))
  return new Map(plans.flat())
}

function byAuthority<Row extends { authorityId: number }> (rows: readonly Row[]): (authorityId: number) => Row[] {
  const groups = Map.groupBy(rows, ({ authorityId }) => authorityId)
  return (authorityId) => groups.get(authorityId) ?? []
}
