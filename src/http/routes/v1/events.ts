import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Catalogue } from '../../../catalogue/live.ts'
import { Type } from 'typebox'
import { ROWS_BYTES } from '../../plugins/bodies.ts'
import { acceptEvents } from '../../../events/accept-events.ts'
import type { CommitQueue } from '../../../events/commit-queue.ts'
import type { Folding } from '../../../rollups/index.ts'
import { attributesIn } from '../../../events/cloud-event.ts'
import { readBinaryCloudEvent, readCloudEventRows } from '../../../events/read-cloud-events.ts'
import type { Intake } from '../../../intake/intake.ts'
import { EVENT_REPEATS } from '../../plugins/repeats.ts'
import { directoryFor } from '../../plugins/sandbox.ts'
import { noteReceipt } from '../../plugins/rows-outcome.ts'
import { BATCH_ERRORS, batchOf, batchSchema, takeRows } from '../../plugins/row-bodies.ts'
import { problems } from '../../schemas/common.ts'
import { CLOUD_EVENT_EXAMPLE, EVENT_EXAMPLES, NDJSON_EXAMPLE } from '../../schemas/events.ts'
import { receiptToWire } from '../../wire/events.ts'
import { documentedFiles } from '../../schemas/files.ts'
import { requestPool } from '../../../postgres/scoped.ts'

interface Options {
  intake: Intake
  queue: CommitQueue
  catalogue: Catalogue
  clock: () => number
  folding: Folding
}

/** What happened, from council systems. */
export const eventRoutes: FastifyPluginAsyncTypebox<Options> = async (app, services) => {
  const { intake, queue, catalogue, clock, folding } = services
  takeRows(app, { pool: requestPool(intake.pool), catalogue, kind: 'event' }, {
    'application/cloudevents+json': readCloudEventRows, 'application/cloudevents-batch+json': readCloudEventRows
  }, (headers) => {
    const attributes = attributesIn(headers)
    return attributes && { read: readBinaryCloudEvent(attributes), said: JSON.stringify(attributes) }
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
          ...documentedFiles('event'),
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
      ...batchSchema(EVENT_REPEATS),
      response: { 200: Type.Ref('Receipt'), ...problems(...BATCH_ERRORS) }
    }
  }, async (request, reply) => {
    const receipt = await acceptEvents({
      intake, queue, folding, directory: directoryFor(catalogue, request), now: clock()
    }, batchOf(request, reply))
    return receiptToWire(noteReceipt(request, receipt))
  })
}
