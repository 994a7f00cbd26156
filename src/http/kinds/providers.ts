import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { changeCatalogue, mustGovern } from '../../catalogue/catalogue-change.ts'
import type { Authority, Directory, Service } from '../../catalogue/directory.ts'
import { known } from '../../catalogue/explain.ts'
import { providersIn, providesFor, type Provider } from '../../catalogue/providers.ts'
import { provisionOf, takeBackProvision } from '../../catalogue/provision.ts'
import { ProblemError } from '../../errors.ts'
import { principalOf } from '../plugins/permission.ts'
import { ADMINISTRATOR, BODY, DENIED, Licensed, licensed, Nullable, problems } from '../schemas/common.ts'
import type { Kind } from './kind.ts'
import { checkSent, rejectOne, store } from './plan.ts'
import { provision } from './provision.ts'
import type { KindServices } from './routes.ts'

const Slugs = (example: string) => Type.Array(Type.String(), { examples: [[example]] })
const RowSchema = Type.Object({
  provider: Type.String({ examples: ['transport-for-west-midlands'] }),
  name: Type.String({ examples: ['Transport for West Midlands'] }),
  delivers: Type.Array(Type.Object({
    authority: Type.String({ examples: ['solihull'] }),
    service: Type.String({ examples: ['renew-older-persons-bus-pass'] }),
    basis: Type.String({ examples: ['Transport Act 1985'] })
  }), { description: 'What it delivers for others, as /v1/provision says.' }),
  reports: Type.Array(Type.Object({
    source: Type.String({ examples: ['swift'] }),
    authorities: Slugs('solihull'),
    services: Slugs('renew-older-persons-bus-pass')
  }), { description: 'Its systems that report on others; to report is not to govern.' })
}, { $id: 'Provider', description: 'A body that delivers services, or reports on them, for other authorities.' })

const authorityIn = (directory: Directory, name: string): Authority =>
  known(directory.authority(name), 'unknown-authority', 'authority')
const serviceIn = (directory: Directory, slug: string): Service =>
  known(directory.service(slug), 'unknown-service', 'service')

/** Read as they follow from provision and from sources; what they deliver is set below. */
export const providers: Kind<Provider> = {
  path: '/providers',
  one: 'Provider',
  many: 'Providers',
  tag: 'catalogue',
  summary: 'The bodies that deliver services, or report on them, for other authorities',
  address: [{ parameter: 'provider', field: 'provider', example: 'transport-for-west-midlands' }],
  row: RowSchema,
  input: Type.Object({}, { $id: 'ProviderInput' }),
  examples: [],
  filters: {
    authority: Type.Optional(Type.String({ description: 'Only those for this authority.', examples: ['solihull'] })),
    service: Type.Optional(Type.String({
      description: 'Only those of this service.', examples: ['renew-older-persons-bus-pass']
    }))
  },
  permission: 'administrator',
  codes: ['unknown-authority', 'unknown-service'],
  without: ['put', 'putMany', 'delete'],
  rows: (directory, { authority, service }) => {
    const owner = typeof authority === 'string' ? authorityIn(directory, authority) : undefined
    const serviceId = typeof service === 'string' ? serviceIn(directory, service).id : undefined
    return providersIn(directory).filter((provider) => providesFor(provider, owner, serviceId))
  },
  key: ({ body }) => body.slug,
  names: ({ body }) => [body.slug, body.name],
  toWire: ({ body, delivers, reports }, { authorityById, serviceById }) => ({
    provider: body.slug,
    name: body.name,
    delivers: delivers.map(({ authority, service, basis }) => ({
      authority: authority.slug, service: service.slug, basis
    })),
    reports: reports.map((source) => ({
      source: source.name,
      authorities: source.provider_for.flatMap((id) => authorityById.get(id)?.slug ?? []),
      services: source.services.flatMap((id) => serviceById.get(id)?.slug ?? [])
    }))
  }),
  find: (directory, { provider = '' }) => {
    const body = authorityIn(directory, provider)
    return providersIn(directory).find((one) => one.body === body)
  },
  existing: () => undefined,
  check: () => [],
  write: async () => undefined,
  remove: async () => undefined
}

const URL = '/providers/:provider/:authority/:service'
const Params = Type.Object({
  provider: Type.String({ description: 'The body that delivers.', examples: ['transport-for-west-midlands'] }),
  authority: Type.String({ description: 'For whom.', examples: ['solihull'] }),
  service: Type.String({ examples: ['renew-older-persons-bus-pass'] })
})
const Body = Nullable(Type.Object({
  basis: Type.Optional(Type.String({ minLength: 1, maxLength: 500, description: 'Why it is so.' }))
}, { additionalProperties: false }), { examples: [{ basis: 'Transport Act 1985' }] })

/** What a body delivers for an authority is provision by another body: for the authority's people to say. */
export function providerRoutes (app: FastifyInstance, services: KindServices): void {
  const common = {
    tags: ['catalogue'], security: ADMINISTRATOR, params: Params
  }

  app.put(URL, {
    config: { permission: 'administrator' },
    schema: {
      ...common,
      operationId: 'putProvider',
      summary: 'Say that another body delivers a service of an authority',
      description: 'The same as PUT /v1/provision/{authority}/{service} with via-other-body and this provider.',
      body: Body,
      response: {
        200: Licensed(Type.Ref('Provision')),
        201: Licensed(Type.Ref('Provision')),
        ...problems(...DENIED, ...BODY, 'unknown-authority', 'unknown-service', 'invalid-value')
      }
    }
  }, async (request, reply) => {
    const change = { ...services, principal: principalOf(request) }
    const { provider, ...names } = request.params as { provider: string, authority: string, service: string }
    const { basis } = (request.body ?? {}) as { basis?: string }
    const row = { provider, delivers: 'via-other-body', basis: basis ?? `delivered by ${provider}` }
    const checked = await checkSent(provision, change, { rows: [row], given: names })
    if (checked.errors.length > 0) throw rejectOne(checked)
    const [planned] = checked.planned
    if (planned === undefined) throw new TypeError('one row is planned')
    await store(provision, change, [planned], { action: 'put-provider', subject: planned.key })
    const { directory } = services.catalogue
    const stored = provision.find(directory, names)
    if (stored === undefined) throw new TypeError(`${planned.key} was stored and is not there`)
    return await reply.code(planned.before === undefined ? 201 : 200)
      .send(licensed(provision.toWire(stored, directory)))
  })

  app.delete(URL, {
    config: { permission: 'administrator' },
    schema: {
      ...common,
      operationId: 'deleteProvider',
      summary: 'Take back that another body delivers a service of an authority',
      response: {
        204: Type.Null({ description: 'The service’s tier decides again.' }),
        ...problems(...DENIED, 'not-found', 'unknown-authority', 'unknown-service')
      }
    }
  }, async (request, reply) => {
    const change = { ...services, principal: principalOf(request) }
    const { directory } = services.catalogue
    const names = request.params as { provider: string, authority: string, service: string }
    const authority = authorityIn(directory, names.authority)
    mustGovern(change, authority)
    const row = provisionOf(directory, authority, serviceIn(directory, names.service))
    const provider = authorityIn(directory, names.provider)
    if (row.stated === undefined || row.provider !== provider) {
      throw new ProblemError(
        'not-found', `${provider.slug} does not deliver ${row.service.slug} for ${authority.slug}.`
      )
    }
    const entry = {
      action: 'delete-provider',
      subject: `${authority.slug}/${row.service.slug}`,
      detail: { provider: provider.slug },
      authorityId: authority.id
    }
    await changeCatalogue(change, entry, async (trx, at) => {
      await takeBackProvision(trx, row, at)
    })
    return await reply.code(204).send(null)
  })
}
