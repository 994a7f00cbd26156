import type { Directory } from '../../../catalogue/directory.ts'
import type { DataSource } from '../document/schema.ts'
import { DataError } from '../../data-error.ts'
import { ProblemError } from '../../../errors.ts'
import { answerGrouped } from '../../read/answer.ts'
import type { Session } from '../../../disclosure/session.ts'
import { readableDataSet } from '../../read/data-set.ts'
import { parseDataQuery } from '../../read/parse.ts'
import type { Row } from '../../read/shape.ts'

/** What a module's data source answers now; empty if it cannot, or if it has neither records nor figures. */
export type ReadSource = (source: DataSource) => Promise<readonly Row[]>

/**
 * Reads data sources as the front end will, so that no module is offered that would show nothing, or stop the front
 * end. Only for sources that say all of their query themselves.
 */
export function sourceReader (session: Session, directory: Directory, now: number): ReadSource {
  return async (source) => {
    const { 'data-group': group, 'data-type': type, 'query-params': params } = source
    const set = readableDataSet(directory, group, type)
    if (set === undefined || !set.published) return []
    try {
      const rows = await answerGrouped(
        session,
        directory,
        set,
        parseDataQuery(searchParams(params ?? {}), set),
        now
      )
      return rows.some((row) => Number(row['_count']) > 0) ? rows : []
    } catch (error) {
      // A data set of that name, but not with these fields, or not for this viewer.
      if (error instanceof DataError || error instanceof ProblemError) return []
      throw error
    }
  }
}

function searchParams (params: NonNullable<DataSource['query-params']>): URLSearchParams {
  return new URLSearchParams(Object.entries(params).flatMap(([name, value]) =>
    value === null
      ? []
      : [value].flat().map((one): [string, string] => [name, String(one)])
  ))
}
