import type { Directory } from '../catalogue/directory.ts'
import { openGate } from '../disclosure/gate.ts'
import type { Session } from '../disclosure/session.ts'
import { parseSeries, type SeriesParameters, type SeriesQuery } from './parse.ts'
import { planSeries } from './plan.ts'
import { publish } from './publish.ts'
import { readSums } from './read.ts'
import { shape, type SeriesAnswer } from './shape.ts'

/** A question about a series: what it is about, and how to answer it. */
export interface SeriesQuestion { query: SeriesQuery, answer: (session: Session) => Promise<SeriesAnswer> }

/**
 * The whole way of a question: parse, plan, read, publish, shape. Gaps are filled, every value has a status, groups are
 * in the order of their names. Throws `ProblemError` for what cannot be followed.
 */
export function askSeries (directory: Directory, parameters: SeriesParameters, now: number): SeriesQuestion {
  const query = parseSeries(directory, parameters, now)
  return {
    query,
    answer: async (session) => {
      const plan = planSeries(session.viewer, directory, query)
      const [found, gate] = await Promise.all([readSums(session, plan), openGate(session, directory, plan.gate)])
      return await shape(plan, await publish(gate, plan, found))
    }
  }
}
