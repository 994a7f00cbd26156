import type pg from 'pg'
import { wholeRange } from '../../domain/period.ts'
import { eachDetail, eachSum, type DetailQuestion } from '../../rollups/index.ts'
import type { AttributeQuestion } from '../attribute.ts'
import { NOT_GIVEN } from '../attribute-values.ts'
import { dimensionsOf } from '../dimensions.ts'
import type { SeriesPlan } from '../plan.ts'
import type { Sum } from '../sum.ts'
import { detailDimensions } from './check-details.ts'
import { addendOf, NO_DETAIL, type Addend } from './addend.ts'
import { DetailTable } from './detail-table.ts'

/** Who was seen to send what a question is about. */
export interface Seen { measured: Set<number>, attributed: Set<number> }

/**
 * Adds up the details that a plan asks for. What is "not given" is the whole less all that is given. Periods of an
 * authority of which figures stand for events (`isCounted`) are left out; of `isUnseen` authorities nothing is said of
 * what they send.
 */
export async function readDetailSums (
  client: pg.ClientBase,
  plan: SeriesPlan,
  isCounted: (authorityId: number, period: number) => boolean,
  isUnseen: (authorityId: number) => boolean
): Promise<{ sums: Sum[], seen: Seen }> {
  const { query, query: { attribute, groupBy, measure: { kind } }, sums: ask } = plan
  const table = new DetailTable(query, ask)
  const seen: Seen = { measured: new Set(), attributed: new Set() }
  const add = (addend: Addend, sign: 1 | -1): void => {
    if (!isCounted(addend.authorityId, table.periodOf(addend.day))) table.add(addend, sign)
  }
  const see = (who: Set<number>, authorityId: number, isOne: boolean): void => {
    if (isOne && !isUnseen(authorityId)) who.add(authorityId)
  }
  const { start: from, end: before } = wholeRange(query.periods)
  const { authorityIds, serviceId, type, filters, starts } = ask
  const common = { authorityIds, serviceId, type, from, before, filters }
  const details: DetailQuestion = {
    ...common, attribute: attribute?.declared.name ?? '', dimensions: detailDimensions(query, dimensionsOf(query))
  }
  const addOne = addendOf(query)
  const wantsNotGiven = attribute?.wanted?.has(NOT_GIVEN) !== false
  const isGrouped = groupBy.includes('attribute')

  const readWhole = async (): Promise<void> => {
    if (kind === 'count' || kind === 'events') {
      const dimensions = dimensionsOf(query).filter((one) => one !== 'authority' && one !== 'attribute')
      await eachSum(client, { ...common, dimensions, starts }, (sum) => {
        add(addOne({ ...NO_DETAIL, ...sum }, NOT_GIVEN), 1)
      })
      return
    }
    await eachDetail(client, { ...details, attribute: '' }, (sum) => {
      const addend = addOne(sum, NOT_GIVEN)
      see(seen.measured, sum.authorityId, addend.things > 0)
      add(addend, 1)
    })
  }
  const readGiven = async ({ values, wanted }: AttributeQuestion): Promise<void> => {
    const asked = wantsNotGiven ? {} : { values: [...wanted ?? []].map((id) => values.nameOf(id)) }
    await eachDetail(client, { ...details, ...asked }, (sum) => {
      see(seen.attributed, sum.authorityId, sum.events > 0)
      const id = values.idOf(sum.value)
      if (id === NOT_GIVEN) return // a word that says the same
      const addend = addOne(sum, id)
      see(seen.measured, sum.authorityId, addend.things > 0)
      const isWanted = wanted?.has(id) !== false
      if (isGrouped) {
        if (isWanted) add(addend, 1)
        if (wantsNotGiven) add(addOne(sum, NOT_GIVEN), -1)
      } else if (wantsNotGiven !== isWanted) add(addend, isWanted ? 1 : -1)
    })
  }
  await Promise.all([wantsNotGiven && readWhole(), attribute && readGiven(attribute)])
  return { sums: table.sums, seen }
}
