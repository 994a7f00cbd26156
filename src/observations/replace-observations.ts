import { createHash } from 'node:crypto'
import type { Directory, Source } from '../catalogue/directory.ts'
import { formatDay } from '../domain/calendar.ts'
import { PERIOD_CODES, type PeriodObservations } from '../domain/observation.ts'
import { reportsOn } from '../catalogue/source-reach.ts'
import { ProblemError, type RowError } from '../errors.ts'
import { rejectBatch, type Receipt } from '../intake/receipt.ts'
import { ownerOf } from '../intake/owner.ts'
import { drawReceiptId, insertReceipts } from '../intake/store/receipts.ts'
import { inTransactionWithin } from '../postgres/scoped.ts'
import { recordChanges } from '../rollups/index.ts'
import { placeOf, type ObservationIntake } from './accept-observations.ts'
import { distinct } from './distinct.ts'
import { ObservationResolver } from './resolve-observation.ts'
import { Sender } from './sender.ts'
import { lockPlaces } from './store/lock.ts'
import type { ObservationRow } from './store/row.ts'
import { noteReplacement, sendersOfOthers, withdrawOthers, type ObservationSet } from './store/write.ts'
import { storeLayers } from './store-observations.ts'

export interface Replacement { authority: string, service: string, measure: string, observations: PeriodObservations }

/** What a figure takes of a body, about. */
const FIGURE_BYTES = 100

/** Resolves a path and a period to the key of observations. Throws `ProblemError` for what the source may not write. */
export function observationSet (
  directory: Directory, source: Source, { authority, service, measure, observations }: Replacement, now: number
): ObservationSet {
  const resolved = new ObservationResolver(directory, source, now)
    .resolve({ authority, service, measure, period: observations.period, start_on: observations.start_on, value: 0 }, 0)
  if (Array.isArray(resolved)) throw new ProblemError(resolved[0]?.code ?? 'invalid-request', resolved[0]?.detail ?? '')
  const { authorityId, serviceId, measureId, startOn } = resolved
  return { authorityId, serviceId, measureId, startOn: formatDay(startOn), period: PERIOD_CODES[observations.period] }
}

/**
 * Replaces all observations of a measure in a period; those that are not sent are withdrawn. All or nothing, and
 * nothing that another source sent. What was sent before, to the last revision, is a retry: it withdraws nothing.
 */
export async function replaceObservations (
  { intake, directory, now }: ObservationIntake, source: Source, replacement: Replacement
): Promise<Receipt> {
  const { observations: { period, start_on, revision = 0, figures }, ...names } = replacement
  const set = observationSet(directory, source, replacement, now)
  const resolver = new ObservationResolver(directory, source, now)
  const faults: RowError[] = []
  const checked = figures.flatMap((observation, index) => {
    const row = resolver.resolve({ ...names, period, start_on, ...revision > 0 && { revision }, ...observation }, index)
    if (!Array.isArray(row)) return [{ index, row }]
    faults.push(...row)
    return []
  })
  const sender = new Sender(directory, source)
  const { layers, repeated } = distinct(checked)
  const rows = layers.flat().map(({ row }) => row)
  if (faults.length + repeated.length > 0) throw rejectBatch([...faults, ...repeated], figures.length)
  const asked = { key: placeOf(source), bytes: figures.length * FIGURE_BYTES }
  const scope = { authorityIds: reportsOn(source) }
  return await intake.store(asked, async () => await inTransactionWithin(intake.pool, scope, async (client) => {
    await lockPlaces(client, [set])
    const sent = { sourceId: source.id, at: new Date(now), receiptId: await drawReceiptId(client) }
    const { stored, revised, errors } = await storeLayers(client, layers, sent, sender)
    if (errors.length > 0) throw rejectBatch(errors, figures.length)
    const isFirst = await noteReplacement(client, set, contentOf(revision, rows), sent.receiptId)
    const withdrawing = isFirst ? await sendersOfOthers(client, set, rows) : []
    const foreign = withdrawing.find((id) => !sender.mayReplace.includes(id))
    if (foreign !== undefined) {
      throw sender.refusal(`A figure of the ${period.replace('_', ' ')} from ${start_on} that is left out`, foreign)
    }
    const withdrawn = isFirst ? await withdrawOthers(client, set, rows, sent) : 0
    const receipt = {
      id: sent.receiptId,
      received: figures.length,
      stored,
      revised: revised + withdrawn,
      rejected: 0,
      duplicates: figures.length - stored - revised,
      errors: [],
      errorsTotal: 0,
      older: null,
      voided: null
    }
    await insertReceipts(client, [{
      ...receipt, ...ownerOf(source), receivedAt: sent.at, idempotencyKey: null, bodyHash: null
    }])
    if (stored + revised + withdrawn > 0) await recordChanges(client, [set])
    return receipt
  }))
}

/** A hash of what was sent, whatever its order. */
function contentOf (revision: number, rows: readonly ObservationRow[]): Buffer {
  const said = rows.map(({ channelId, wardId, value, provisional, note, revision }) =>
    JSON.stringify([channelId, wardId, value, provisional, note, revision])
  ).sort()
  return createHash('sha256').update(`${revision}\n${said.join('\n')}`).digest()
}
