import { ProblemError } from '../../errors.ts'
import { finestDetailUnit, type DetailDimension } from '../../rollups/index.ts'
import type { SeriesQuery } from '../parse.ts'
import type { Dimension } from '../sum-query.ts'

/** The dimensions that a question for details is read by: with bands where durations are. */
export const detailDimensions = (
  { measure: { inBands = false } }: SeriesQuery, dimensions: readonly Dimension[]
): DetailDimension[] => [
  ...new Set(dimensions.filter((one) => one !== 'authority' && one !== 'attribute')),
  ...(inBands ? ['band' as const] : [])
]

/** Throws `ProblemError` where no details are kept by these dimensions. */
export function checkDetails (query: SeriesQuery, dimensions: readonly Dimension[]): void {
  if (finestDetailUnit(detailDimensions(query, dimensions)) !== undefined) return
  throw new ProblemError(
    'invalid-request',
    'Attributes, amounts and durations are kept by channel and outcome, or by ward, street and outcome: not by ' +
      'channel and place together.'
  )
}
