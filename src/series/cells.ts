import type { Directory } from '../catalogue/directory.ts'
import { hasFigures } from '../observations/store/read.ts'
import type { CellQuery } from './cell.ts'
import { readCells } from './stored-cells.ts'
import type { Reader } from '../disclosure/reader.ts'
import { countingMeasures } from '../observations/figures/counting.ts'
import { readMixedCells, type Cells } from './mixed-cells.ts'
import { asksOwners } from './owners.ts'
import type { SeriesQuery } from './parse.ts'
import { Reported } from './reported.ts'

/**
 * The cells of a question. Nearly all councils send events; only where somebody is silent, or has declared that counts
 * hold, does it matter whether there are figures.
 */
export async function readSeriesCells (
  reader: Reader, directory: Directory, query: SeriesQuery, asked: CellQuery
): Promise<Cells> {
  const { client } = reader
  const counting = countingMeasures(directory, query.service, query.type)
  const mixed = async (): Promise<Cells> => await readMixedCells(reader, directory, query, asked, counting)
  if (directory.kpis.declaresCounts(asked.authorityIds, asked.serviceId, asked.type)) return await mixed()
  // Of which figures say nothing.
  const byStreet = query.groupBy.includes('street') || query.filters.street !== undefined
  const hasCounts = async (authorityIds: readonly number[]): Promise<boolean> =>
    !byStreet && authorityIds.length > 0 && await hasFigures(client, {
      authorityIds,
      serviceId: asked.serviceId,
      measureIds: counting.map(({ measure }) => measure.id),
      from: asked.starts[0] ?? 0,
      to: asked.end
    })
  const byAuthority = query.groupBy.includes('authority')
  // Where some of what was reported is left out, whether anything was has to be asked apart.
  const partial = Object.keys(query.filters).length > 0
  const addedUp = !byAuthority && asked.authorityIds.length > 1 // then who is silent cannot be seen
  const several = asked.authorityIds.length > 1 // of which some are likely to be silent
  const apart = byAuthority || asksOwners(query)
  const [cells, all, counts] = await Promise.all([
    readCells(client, asked),
    partial || apart !== byAuthority
      ? readCells(client, { ...asked, groupBy: apart ? ['authority'] : [], filters: {} })
      : undefined,
    several ? hasCounts(asked.authorityIds) : true
  ])
  const reported = new Reported()
  for (const { authority = several ? 0 : asked.authorityIds[0] ?? 0, period } of all ?? cells) {
    reported.add(authority, period)
  }
  const begun = query.periods.filter(({ start }) => start <= query.today).length
  const silent = (id: number): boolean =>
    query.periods.some((_, period) => period < begun && !reported.in(period, [id]))
  if (counts && (addedUp || await hasCounts(asked.authorityIds.filter(silent)))) return await mixed()
  return { cells, reported }
}
