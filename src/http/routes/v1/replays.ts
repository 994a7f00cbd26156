import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Source } from '../../../catalogue/directory.ts'
import type { Catalogue } from '../../../catalogue/live.ts'
import { ProblemError } from '../../../errors.ts'
import type { CommitQueue } from '../../../events/commit-queue.ts'
import { ownerOf } from '../../../intake/owner.ts'
import type { Intake } from '../../../intake/intake.ts'
import { receiptFromRow, type Receipt } from '../../../intake/receipt.ts'
import type { Kind } from '../../../intake/refusals/refusals.ts'
import { findReceipt } from '../../../intake/store/receipts.ts'
import { findMapping } from '../../../mappings/mappings.ts'
import { readRawRows } from '../../../mappings/raw.ts'
import type { StoredMapping } from '../../../mappings/schema.ts'
import type { RequestPool } from '../../../postgres/scoped.ts'
import { replayAll, replayOne } from '../../../quarantine/replay-all.ts'
import type { Replaying } from '../../../quarantine/replay.ts'
import { readRejection } from '../../../quarantine/store/rejections.ts'
import type { Folding } from '../../../rollups/index.ts'
import { noteReceipt } from '../../plugins/rows-outcome.ts'
import { directoryOf } from '../../plugins/sandbox.ts'
import { filterOf, noSuchRejection, sourceWanted } from '../../plugins/which-rejections.ts'
import { BODY, DENIED, Nullable, problems, SOURCE_OR_ADMINISTRATOR } from '../../schemas/common.ts'
import { CURSOR, OF_SOURCE, RejectionId, WHICH } from '../../schemas/rejections.ts'
import { receiptToWire } from '../../wire/events.ts'
import { idOf, placeOf, rejectionToWire } from '../../wire/rejections.ts'

interface Options {
  intake: Intake
  requests: RequestPool
  queue: CommitQueue
  folding: Folding
  catalogue: Catalogue
  clock: () => number
}

/** Refused rows sent again, for whoever sent them and whoever governs the source. */
export const replayRoutes: FastifyPluginAsyncTypebox<Options> = async (app, services) => {
  const { intake, requests, queue, folding, catalogue, clock } = services
  const config = { permission: 'source-or-administrator' as const }
  const common = { tags: ['rejections'], security: SOURCE_OR_ADMINISTRATOR }
  const refusals = [...DENIED, 'not-found', 'unknown-authority', 'changed-meanwhile'] as const
  const replaying = (source: Source): Replaying => ({
    intake,
    queue,
    folding,
    directory: directoryOf(catalogue, source),
    now: clock(),
    readCells: async (mapping, rows, slices) => {
      const context = { directory: directoryOf(catalogue, source), source }
      return await readRawRows(await mappingOf(source, mapping), rows, context, slices)
    }
  })
  const mappingOf = async (source: Source, name: string | null): Promise<StoredMapping> => {
    if (name !== null) return await findMapping(requests, source, name)
    throw new ProblemError('invalid-request', FROM_NO_MAPPING)
  }
  const readerFor = ({ authority_id: id }: Source) => requests.within({ authorityIds: [id] })
  const receiptOf = async (source: Source, id: number | null): Promise<Receipt> => {
    const row = id === null ? undefined : await findReceipt(readerFor(source), ownerOf(source), String(id))
    return row === undefined ? NOTHING : receiptFromRow(row)
  }

  app.post('/rejections/:id/replay', {
    config,
    schema: {
      ...common,
      operationId: 'replayRejection',
      summary: 'Send a refused row again',
      description:
        'As it was kept, read through the newest version of its mapping; or as `row` has it, in the form in which ' +
          'the rejection shows its own. A row that was replayed before is not counted again.',
      params: Type.Object({ id: RejectionId }),
      querystring: Type.Object(OF_SOURCE, { additionalProperties: false }),
      body: Nullable(Type.Object({
        row: Type.Optional(Type.Any({
          description: 'What to send in its place.', examples: [{ id: 'SMBC-2025-000123', channel: 'web' }]
        }))
      }, { additionalProperties: false }), { examples: [{ row: { id: 'SMBC-2025-000123', channel: 'web' } }] }),
      response: { 200: Type.Ref('Replay'), ...problems(...refusals, ...BODY) }
    }
  }, async (request) => {
    const [source, place] = [sourceWanted(catalogue, request), placeOf(request.params.id)]
    const { rejection, receipt } = await replayOne(replaying(source), source, place, request.body?.row as unknown)
    if (rejection === undefined) throw noSuchRejection(place)
    const told = receipt === undefined
      ? await receiptOf(source, rejection.replayReceiptId)
      : note(request, receipt, rejection.kind)
    const after = await readRejection(readerFor(source), ownerOf(source), new Date(clock()), place) ?? rejection
    return { ...receiptToWire(told), rejection: rejectionToWire(after), again: receipt === undefined }
  })

  // Two colons stand for one that is no parameter.
  app.post('/rejections::replay', {
    config,
    schema: {
      ...common,
      operationId: 'replayRejections',
      summary: 'Send refused rows again, once their mapping or their names were mended',
      description:
        'All that wait and that the filters name, the oldest first: at most 10,000 of one kind a request. Rows that ' +
          'are refused again stay, with their new errors; `next` goes on behind them.',
      querystring: Type.Object({ ...WHICH, ...CURSOR }, { additionalProperties: false }),
      response: { 200: Type.Ref('BulkReplay'), ...problems(...refusals) }
    }
  }, async (request) => {
    const { cursor } = request.query
    const source = sourceWanted(catalogue, request)
    const { kind, receipt, left, next } = await replayAll(
      replaying(source), source, filterOf(request.query),
      cursor === undefined ? undefined : placeOf(cursor)
    )
    return {
      ...receiptToWire(receipt === undefined ? NOTHING : note(request, receipt, kind)),
      left,
      next: next === undefined ? null : idOf(next)
    }
  })
}

const NOTHING: Receipt = {
  id: null,
  received: 0,
  stored: 0,
  duplicates: 0,
  revised: 0,
  rejected: 0,
  errors: [],
  errorsTotal: 0,
  older: null,
  voided: null
}

function note (request: FastifyRequest, receipt: Receipt, kind: Kind): Receipt {
  noteReceipt(request, receipt)
  if (request.rows !== null) request.rows.kind = kind
  return receipt
}

const FROM_NO_MAPPING =
  'Rows of a file that was read without a mapping are not replayed: mend the file and send it again.'
