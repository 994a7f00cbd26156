import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { known } from '../../../catalogue/explain.ts'
import type { Catalogue } from '../../../catalogue/live.ts'
import { Type } from 'typebox'
import { columnsOf } from '../../formats/columns.ts'
import { rowsFor } from '../../formats/routes.ts'
import { ListOf, Nullable, problems } from '../../schemas/common.ts'
import { Authoritative, ChannelClass, Name } from './kpi-settings.ts'

const ClassOfChannel = Type.Object({
  channel: Name('kiosk'), ...ChannelClass.properties, authority: Nullable(Name('warwickshire'))
})

/** The declarations and settings by which KPIs are worked out, for everybody to read. */
export const kpiBasisRoutes: FastifyPluginAsyncTypebox<{ catalogue: Catalogue }> = async (app, { catalogue }) => {
  app.get('/authorities/:authority/services/:service/authoritative', {
    config: {
      permission: 'public',
      table: () => ({
        title: 'Which of events and counts holds, and from when',
        columns: columnsOf(Authoritative)
      })
    },
    schema: {
      operationId: 'listAuthoritative',
      tags: ['observations'],
      summary: 'Which of events and counts holds, and from when',
      params: Type.Object({ authority: Name('nottingham'), service: Name('pay-council-tax') }),
      response: {
        200: ListOf(
          Authoritative, 'By type and day; on days before the first, events hold where there are any, else counts.'
        ),
        ...problems('unknown-authority', 'unknown-service')
      }
    }
  }, async (request, reply) => {
    const { params } = request
    const { directory } = catalogue
    const authority = known(directory.authority(params.authority), 'unknown-authority', 'authority')
    const service = known(directory.service(params.service), 'unknown-service', 'service')
    const rows = directory.kpis.declarations(authority.id, service.id)
    return await rowsFor(request, reply, rows)
  })

  app.get('/services/:service/channel-classes', {
    config: {
      permission: 'public',
      table: () => ({
        title: 'The digital classes that were set for a service, and from when',
        columns: columnsOf(ClassOfChannel)
      })
    },
    schema: {
      operationId: 'listChannelClasses',
      tags: ['kpis'],
      summary: 'The digital classes that were set for a service, and from when',
      params: Type.Object({ service: Name('renew-library-item') }),
      response: {
        200: ListOf(
          ClassOfChannel,
          'Where none is set, a channel has the class of /v1/channels. An authority of null: all of them.'
        ),
        ...problems('unknown-service')
      }
    }
  }, async (request, reply) => {
    const { params } = request
    const { directory } = catalogue
    const service = known(directory.service(params.service), 'unknown-service', 'service')
    const settings = directory.kpis.channelClasses.filter(({ service_id }) => service_id === service.id)
    const data = settings.map(({ authority_id, channel_id, from_on, digital_class, reason }) => ({
      channel: directory.channelById.get(channel_id)?.slug ?? '',
      authority: directory.authorityById.get(authority_id)?.slug ?? null,
      from_on,
      digital_class,
      reason
    }))
    return await rowsFor(request, reply, data)
  })
}
