import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type pg from 'pg'
import { Type } from 'typebox'
import type { Source } from '../../../catalogue/directory.ts'
import { ownerOf } from '../../../intake/owner.ts'
import { EVENT_EXPORT, eventRows } from '../../../export/event-rows.ts'
import { wereErased } from '../../../export/store/state.ts'
import { readWatermark, takeWatermark, unknownWatermark, type Watermark } from '../../../export/watermark.ts'
import { exportedAs, exportProblems } from '../../export/contract.ts'
import { FormatParameter, formatOf } from '../../export/formats.ts'
import { givingWay } from '../../export/give-way.ts'
import { sendExport } from '../../export/send.ts'
import type { Exporting } from '../../export/services.ts'
import { sourceAsked } from '../../plugins/permission.ts'
import { directoryOf } from '../../plugins/sandbox.ts'
import { DENIED, SOURCE_OR_ADMINISTRATOR } from '../../schemas/common.ts'
import { SinceParameter } from '../../schemas/export.ts'
import { namedIn, OF_SOURCE } from '../../schemas/lists-of-source.ts'

const Query = Type.Object({
  ...OF_SOURCE,
  format: FormatParameter,
  after: Type.Optional(Type.String({
    pattern: '^[\\x21-\\x7E]{1,200}$',
    description: 'Only events behind this id: that of the last row of an export that broke off.',
    examples: ['SMBC-2025-000123']
  })),
  since: SinceParameter
}, { additionalProperties: false })
const CSV = `${EVENT_EXPORT.map(({ name }) => name).join(',')}
SMBC-2025-000123,1,transaction,solihull,report-missed-bin,2025-05-27T07:31:00.000Z,2025-05-27,telephone-agent,reported,\
1,E05001286,45203501,,,,false,"{""reason"":""not-presented""}",,1042,2025-05-27T07:40:00.000Z,false
`

/** All raw rows of a source, as a stream, for whoever sent them and who governs those. */
export const exportEventRoutes: FastifyPluginAsyncTypebox<Exporting> = async (app, exporting) => {
  const { catalogue, clock, connections, gate, isBusy, pool } = exporting
  app.get('/export/events', {
    config: { permission: 'source-or-administrator' },
    schema: {
      operationId: 'exportEvents',
      tags: ['events'],
      summary: 'Every event of a source as it is kept, one a row',
      description:
        'As GET /v1/events lists them, those that were withdrawn among them, in the order of ids. With `since` what ' +
          'was stored, corrected or withdrawn since. An answer that ends before its time is cut off, never ended.',
      security: SOURCE_OR_ADMINISTRATOR,
      querystring: Query,
      response: { 200: exportedAs('ExportedEvent', CSV), ...exportProblems(...DENIED, 'not-found') }
    }
  }, async (request, reply) => {
    const { source: named, after = '', since, ...query } = request.query
    const source = sourceAsked(catalogue, request, namedIn(named))
    const format = formatOf(request, query.format)
    const now = clock()
    const of = `events ${source.id}`
    const before = since === undefined ? undefined : await readWatermark(connections, since, of)
    if (before !== undefined) await refuseErased(connections, source, before)
    const watermark = await takeWatermark(connections, of, now)
    return await sendExport(gate, request, reply, {
      name: `events-${source.authority.slug}-${source.name}`.replaceAll(/[^\w.-]+/g, '-'),
      columns: EVENT_EXPORT,
      format,
      watermark,
      links: [],
      now,
      rows: () => eventRows({
        client: pool.within({ authorityIds: [source.authority_id] }),
        owner: ownerOf(source),
        directory: directoryOf(catalogue, source),
        after,
        since: before,
        rest: givingWay(isBusy)
      })
    })
  })
}

async function refuseErased (connections: pg.Pool, { id: sourceId }: Source, { snapshot }: Watermark): Promise<void> {
  if (!await wereErased(connections, { sourceId, snapshot })) return
  throw unknownWatermark('Events were erased since, and nobody keeps which: forget what you have of them')
}
