import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import type { Kysely } from 'kysely'
import type { CatalogueChange } from '../../../catalogue/catalogue-change.ts'
import type { Catalogue } from '../../../catalogue/live.ts'
import { EVENT_TYPE_NAMES } from '../../../domain/event.ts'
import { DIGITAL_CLASSES } from '../../../domain/kpi/definition.ts'
import { Type } from 'typebox'
import {
  declareAuthoritative, saveComparatorGroup, setChannelClass, setUnitCost
} from '../../../kpi/administration/settings.ts'
import type { Tables } from '../../../postgres/tables.ts'
import { principalOf } from '../../plugins/permission.ts'
import { ADMINISTRATOR, BODY, Day, DENIED, OPERATOR, problems } from '../../schemas/common.ts'

interface Options { db: Kysely<Tables>, catalogue: Catalogue, clock: () => number }

const Slug = Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,59}$', examples: ['waste-benchmarking-club'] })
export const Name = (example: string) => Type.String({ maxLength: 120, examples: [example] })
const strict = { additionalProperties: false } as const

export const Authoritative = Type.Object({
  type: Type.Enum(EVENT_TYPE_NAMES, { default: 'transaction', examples: ['transaction'] }),
  from_on: Day('First local day on which it holds.', '2025-06-02'),
  basis: Type.Enum(['events', 'counts'], {
    description: 'Which of the two says how much there was; the other is kept and not counted.', examples: ['events']
  })
}, { ...strict, description: 'Which of the two holds, as stored.' })
export const ChannelClass = Type.Object({
  authority: Type.Optional(Name('warwickshire')),
  from_on: Day('First local day on which it holds.', '2025-06-02'),
  digital_class: Type.Enum([...DIGITAL_CLASSES], { examples: ['digital'] }),
  reason: Type.String({ minLength: 1, maxLength: 300, examples: ['Self-scan is the online service on a kiosk'] })
}, { ...strict, description: 'The digital class, as stored.' })
const UnitCost = Type.Object({
  authority: Type.Optional(Name('solihull')),
  service: Type.Optional(Name('report-missed-bin')),
  from_on: Day('First local day on which it holds.', '2025-04-01'),
  pence: Type.Integer({ minimum: 0, maximum: 100_000_000, description: 'Saved by one, in pence.', examples: [268] }),
  source: Type.String({ minLength: 1, maxLength: 500, examples: ['Socitm 2012: telephone 2.83 less web 0.15'] })
}, { ...strict, description: 'The unit saving, as stored.' })
const Group = Type.Object({
  title: Type.String({ minLength: 1, maxLength: 120, examples: ['Waste benchmarking club'] }),
  authorities: Type.Array(Type.String({ maxLength: 100 }), {
    minItems: 1, maxItems: 500, description: 'Slugs or GSS codes.', examples: [['solihull', 'kirklees']]
  })
}, { ...strict, description: 'A named group of authorities.' })

/**
 * The settings of KPIs: whether events or counts hold, digital classes, unit savings, comparator groups. They are
 * listed, set one by one and removed in src/http/kinds; these addresses came first.
 */
export const kpiSettingRoutes: FastifyPluginAsyncTypebox<Options> = async (app, services) => {
  const contextOf = (request: FastifyRequest): CatalogueChange => ({ ...services, principal: principalOf(request) })

  app.put('/authorities/:authority/services/:service/authoritative', {
    config: { permission: 'administrator' },
    schema: {
      operationId: 'declareAuthoritative',
      tags: ['observations'],
      summary: 'Declare whether events or counts hold, from a day on',
      description:
        'Without a declaration events hold in every period that has any, and counts in the others: never both for ' +
          'the same days.',
      security: ADMINISTRATOR,
      params: Type.Object({ authority: Name('nottingham'), service: Name('pay-council-tax') }),
      body: Authoritative,
      response: {
        200: Authoritative,
        ...problems(...DENIED, ...BODY, 'quota-exceeded', 'unknown-authority', 'unknown-service')
      }
    }
  }, async (request) => {
    await declareAuthoritative(contextOf(request), request.params, request.body)
    return request.body
  })

  app.put('/services/:service/channels/:channel/class', {
    config: { permission: 'operator' },
    schema: {
      operationId: 'setChannelClass',
      tags: ['kpis'],
      summary: 'Set a channel’s digital class for a service, from a day on',
      security: OPERATOR,
      params: Type.Object({ service: Name('renew-library-item'), channel: Name('kiosk') }),
      body: ChannelClass,
      response: {
        200: ChannelClass, ...problems(...DENIED, ...BODY, 'unknown-authority', 'unknown-service', 'unknown-channel')
      }
    }
  }, async (request) => {
    await setChannelClass(contextOf(request), request.params, request.body)
    return request.body
  })

  app.put('/unit-savings/:kind', {
    config: { permission: 'operator' },
    schema: {
      operationId: 'setUnitSaving',
      tags: ['kpis'],
      summary: 'Set a unit saving from a day on',
      description: 'Without authority or service it holds for all of them; the nearest setting goes first.',
      security: OPERATOR,
      params: Type.Object({ kind: Type.Enum(['channel-shift', 'failure-demand']) }),
      body: UnitCost,
      response: { 200: UnitCost, ...problems(...DENIED, ...BODY, 'unknown-authority', 'unknown-service') }
    }
  }, async (request) => {
    await setUnitCost(contextOf(request), request.params.kind, request.body)
    return request.body
  })

  app.put('/comparator-groups/:slug', {
    config: { permission: 'operator' },
    schema: {
      operationId: 'putComparatorGroup',
      tags: ['kpis'],
      summary: 'Create or replace a named group of authorities to compare',
      security: OPERATOR,
      params: Type.Object({ slug: Slug }),
      body: Group,
      response: { 200: Group, ...problems(...DENIED, ...BODY, 'unknown-authority') }
    }
  }, async (request) => {
    await saveComparatorGroup(contextOf(request), request.params.slug, request.body)
    return request.body
  })
}
