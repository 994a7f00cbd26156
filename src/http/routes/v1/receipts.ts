import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Catalogue } from '../../../catalogue/live.ts'
import { ProblemError } from '../../../errors.ts'
import { ownerOf } from '../../../intake/owner.ts'
import { receiptFromRow } from '../../../intake/receipt.ts'
import { listReceipts, MOST_RECEIPTS, OUTCOMES_OF_RECEIPTS } from '../../../intake/store/list-receipts.ts'
import { findReceipt } from '../../../intake/store/receipts.ts'
import type { RequestPool } from '../../../postgres/scoped.ts'
import { selfOf } from '../../plugins/base-address.ts'
import { sourceAsked } from '../../plugins/permission.ts'
import { DENIED, listOf, PageOf, problems, SOURCE_OR_ADMINISTRATOR } from '../../schemas/common.ts'
import { instantOf, linksOf, namedIn, OF_SOURCE, paged, RECEIVED } from '../../schemas/lists-of-source.ts'
import { listedReceiptToWire, receiptToWire } from '../../wire/events.ts'

interface Options { pool: RequestPool, catalogue: Catalogue }

const Query = Type.Object({
  ...OF_SOURCE,
  ...RECEIVED,
  outcome: Type.Optional(Type.Enum([...OUTCOMES_OF_RECEIPTS], {
    description:
      'rejected: rows were refused. changed: something was stored, revised or withdrawn. unchanged: nothing was, as ' +
        'where a batch was sent again.',
    examples: ['rejected']
  })),
  ...paged('A number: only receipts before it.', '1042')
}, { additionalProperties: false })

/** What became of batches, for whoever sent them and who governs those. */
export const receiptRoutes: FastifyPluginAsyncTypebox<Options> = async (app, { pool, catalogue }) => {
  const common = { tags: ['events'], security: SOURCE_OR_ADMINISTRATOR }
  const config = { permission: 'source-or-administrator' as const }

  app.get('/receipts', {
    config,
    schema: {
      ...common,
      operationId: 'listReceipts',
      summary: 'What became of the batches of a source',
      description:
        'Newest first. Own receipts of a source; for administrators and the operator those of the one that `source` ' +
          `names. A request looks at ${MOST_RECEIPTS.toLocaleString('en')} receipts at most: with filters a page may ` +
          'be short, or empty, while links.next says that others follow.',
      querystring: Query,
      response: {
        200: { ...PageOf(Type.Ref('ListedReceipt')), description: 'Receipts, and where to go on.' },
        ...problems(...DENIED, 'not-found', 'unknown-authority')
      }
    }
  }, async (request) => {
    const { source: named, since, until, outcome, cursor, limit = 100 } = request.query
    const owner = ownerOf(sourceAsked(catalogue, request, namedIn(named)))
    const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor)
    if (!Number.isSafeInteger(before)) throw new ProblemError('invalid-request', 'querystring/cursor is no number.')
    const { receipts, next } = await listReceipts(pool.within({ authorityIds: [owner.ownerId] }), owner, {
      since: instantOf('since', since), until: instantOf('until', until), outcome
    }, { before, limit })
    return {
      ...listOf(receipts.map(listedReceiptToWire)),
      links: linksOf(selfOf(request), next === undefined ? undefined : String(next))
    }
  })

  app.get('/receipts/:id', {
    config,
    schema: {
      ...common,
      operationId: 'getReceipt',
      summary: 'What became of a batch',
      description: 'One of the token’s own source; for administrators and the operator of that which `source` names.',
      params: Type.Object({ id: Type.String({ pattern: '^\\d{1,18}$', examples: ['1042'] }) }),
      querystring: Type.Object(OF_SOURCE, { additionalProperties: false }),
      response: { 200: Type.Ref('Receipt'), ...problems(...DENIED, 'not-found', 'unknown-authority') }
    }
  }, async (request) => {
    const owner = ownerOf(sourceAsked(catalogue, request, namedIn(request.query.source)))
    const row = await findReceipt(pool.within({ authorityIds: [owner.ownerId] }), owner, request.params.id)
    if (row === undefined) throw new ProblemError('not-found', `This source has no receipt ${request.params.id}.`)
    return receiptToWire(receiptFromRow(row))
  })
}
