import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { known } from '../../../catalogue/explain.ts'
import type { Catalogue } from '../../../catalogue/live.ts'
import { Type } from 'typebox'
import { listOf, ListOf, Nullable, problems } from '../../schemas/common.ts'
import { Authoritative, ChannelClass, Name } from './kpi-settings.ts'

/** The declarations and settings by which KPIs are worked out, for everybody to read. */
export const kpiBasisRoutes: FastifyPluginAsyncTypebox<{ catalogue: Catalogue }> = async (app, { catalogue }) => {
  app.get('/authorities/:authority/services/:service/authoritative', {
    config: { permission: 'public' },
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
  }, async ({ params }) => {
    const { directory } = catalogue
    const authority = known(directory.authority(params.authority), 'unknown-authority', 'authority')
    const service = known(directory.service(params.service), 'unknown-service', 'service')
    return listOf(directory.kpis.declarations(authority.id, service.id))
  })

  app.get('/services/:service/channel-classes', {
    config: { permission: 'public' },
    schema: {
      operationId: 'listChannelClasses',
      tags: ['kpis'],
      summary: 'The digital classes that were set for a service, and from when',
      params: Type.Object({ service: Name('renew-library-item') }),
      response: {
        200: ListOf(
          Type.Object({
            channel: Name('kiosk'), ...ChannelClass.properties, authority: Nullable(Name('warwickshire'))
          }),
          'Where none is set, a channel has the class of /v1/channels. An authority of null: all of them.'
        ),
        ...problems('unknown-service')
      }
    }
  }, async ({ params }) => {
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
    return listOf(data)
  })
}
