import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Source } from '../../../catalogue/directory.ts'
import type { Catalogue } from '../../../catalogue/live.ts'
import { EventId } from '../../../domain/event.ts'
import { Type } from 'typebox'
import { ROWS_BYTES } from '../../plugins/bodies.ts'
import { ProblemError } from '../../../errors.ts'
import { acceptEvents } from '../../../events/accept-events.ts'
import { CommitQueue } from '../../../events/commit-queue.ts'
import type { Folding } from '../../../rollups/index.ts'
import { readCloudEventRows } from '../../../events/read-cloud-events.ts'
import type { Intake } from '../../../intake/intake.ts'
import { receiptFromRow } from '../../../intake/receipt.ts'
import { voidOneEvent } from '../../../events/void-event.ts'
import { readEvent } from '../../../events/store/read.ts'
import { ownerOf } from '../../../events/store/row.ts'
import { findReceipt } from '../../../intake/store/receipts.ts'
import { sourceOf } from '../../plugins/permission.ts'
import { directoryFor } from '../../plugins/sandbox.ts'
import { noteReceipt } from '../../plugins/rows-outcome.ts'
import { BATCH, BATCH_ERRORS, batchOf, takeRows } from '../../plugins/row-bodies.ts'
import { DENIED, problems, SOURCE } from '../../schemas/common.ts'
import { CLOUD_EVENT_EXAMPLE, EVENT_EXAMPLES, NDJSON_EXAMPLE } from '../../schemas/events.ts'
import { eventToWire, receiptToWire } from '../../wire/events.ts'
import { within } from '../../../postgres/scoped.ts'

interface Options { intake: Intake, catalogue: Catalogue, clock: () => number, folding: Folding }

const IdParams = Type.Object({ id: EventId('Id of the event, unique within the source.', ['SMBC-2014-000123']) })

/** What happened, from council systems. */
export const eventRoutes: FastifyPluginAsyncTypebox<Options> = async (app, { intake, catalogue, clock, folding }) => {
  const { pool } = intake
  const queue = new CommitQueue(pool, () => folding.relief())
  takeRows(app, {
    'application/cloudevents+json': readCloudEventRows, 'application/cloudevents-batch+json': readCloudEventRows
  })

  app.post('/events', {
    bodyLimit: ROWS_BYTES,
    // Checked row by row, so that one bad row spoils no other.
    config: {
      permission: 'source',
      rows: 'event',
      documentedBody: {
        content: {
          'application/json': {
            schema: Type.Union([Type.Ref('Event'), Type.Array(Type.Ref('Event'), { maxItems: 10_000 })], {
              'x-examples': EVENT_EXAMPLES
            })
          },
          'application/x-ndjson': {
            schema: Type.String({
              description: 'One event a line.',
              'x-examples': { batch: { summary: 'Two events', value: NDJSON_EXAMPLE } }
            })
          },
          'application/cloudevents+json': { schema: Type.Ref('CloudEvent') },
          'application/cloudevents-batch+json': {
            schema: Type.Array(Type.Ref('CloudEvent'), {
              maxItems: 10_000, 'x-examples': { batch: { summary: 'A batch', value: [CLOUD_EVENT_EXAMPLE] } }
            })
          }
        }
      }
    },
    schema: {
      operationId: 'sendEvents',
      tags: ['events'],
      summary: 'Send one event or a batch',
      description:
        'Answers after the commit. A retry is safe: events are known by their id. At most 10,000 rows and 8 MiB a ' +
          'request.',
      ...BATCH,
      response: { 200: Type.Ref('Receipt'), ...problems(...BATCH_ERRORS, 'conflict') }
    }
  }, async (request, reply) => {
    const receipt = await acceptEvents({
      intake, queue, folding, directory: directoryFor(catalogue, request), now: clock()
    }, batchOf(request, reply))
    return receiptToWire(noteReceipt(request, receipt))
  })

  const stored = async (source: Source, id: string) => {
    const directory = source.id < 0 ? catalogue.sandbox : catalogue.directory
    const owner = ownerOf(source)
    const [current, ...earlier] = await readEvent(within(pool, { authorityIds: [owner.ownerId] }), owner, id)
    if (current === undefined) {
      throw new ProblemError('not-found', `${source.authority.slug}/${source.name} has sent no event ${id}.`)
    }
    return eventToWire([current, ...earlier], directory)
  }
  const one = {
    tags: ['events'],
    security: SOURCE,
    params: IdParams,
    response: { 200: Type.Ref('StoredEvent'), ...problems(...DENIED, 'not-found') }
  }

  app.get('/events/:id', {
    config: { permission: 'source' },
    schema: { ...one, operationId: 'getEvent', summary: 'An event of this source with its history' }
  }, async (request) => await stored(sourceOf(request), request.params.id))

  app.delete('/events/:id', {
    config: { permission: 'source' },
    schema: {
      ...one, operationId: 'voidEvent', summary: 'Void an event: it no longer counts, and stays with its history'
    }
  }, async (request) => {
    const source = sourceOf(request)
    await voidOneEvent(intake, source, request.params.id, clock())
    return await stored(source, request.params.id)
  })

  app.get('/receipts/:id', {
    config: { permission: 'source' },
    schema: {
      operationId: 'getReceipt',
      tags: ['events'],
      summary: 'What became of a batch',
      security: SOURCE,
      params: Type.Object({ id: Type.String({ pattern: '^\\d{1,18}$', examples: ['1042'] }) }),
      response: { 200: Type.Ref('Receipt'), ...problems(...DENIED, 'not-found') }
    }
  }, async (request) => {
    const { id, authority_id: owner } = sourceOf(request)
    const row = await findReceipt(within(pool, { authorityIds: [owner] }), id, request.params.id)
    if (row === undefined) throw new ProblemError('not-found', `This source has no receipt ${request.params.id}.`)
    return receiptToWire(receiptFromRow(row))
  })
}
