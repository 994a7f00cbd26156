import { DIMENSION_NAMES, DIMENSIONS, type Dimension, type RollupRow } from '../../src/rollups/dimensions.ts'

type Ids = Pick<RollupRow, typeof DIMENSIONS[Dimension]['field']>

const NO_IDS = Object.fromEntries(DIMENSION_NAMES.map((name) => [DIMENSIONS[name].field, 0])) as Ids

/** An event as the rollups know it: of authority 1 and service 1, with nothing known but what is given. */
export const rollupRow = (more: Partial<RollupRow> & { localDay: number }): RollupRow =>
  ({ authorityId: 1, serviceId: 1, type: 1, count: 1, avoidable: false, ...NO_IDS, ...more })
