import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { CatalogueChange } from '../../../catalogue/catalogue-change.ts'
import type { Directory } from '../../../catalogue/directory.ts'
import type { PublicationRule } from '../../../catalogue/publication-directory.ts'
import {
  findPublicationRules, removePublicationRule, savePublicationRule, type PublicationRuleInput
} from '../../../disclosure/publication.ts'
import { AUDIENCES } from '../../../domain/publication.ts'
import { columnsOf } from '../../formats/columns.ts'
import { rowsFor } from '../../formats/routes.ts'
import { withLinks } from '../../plugins/base-address.ts'
import { principalOf } from '../../plugins/permission.ts'
import { ADMINISTRATOR, BODY, Day, DENIED, ListOf, Nullable, problems } from '../../schemas/common.ts'

const names = {
  authority: Type.String({ maxLength: 100, description: 'Slug or GSS code.', examples: ['solihull'] }),
  service: Type.String({ maxLength: 120, description: 'Slug, or `all`.', examples: ['report-missed-bin'] })
}
const fromOn = Day('First local day of the figures that it is about.', '2025-04-01')
const Params = Type.Object({ ...names, from_on: fromOn })

const fields = {
  to_on: Nullable(Day('Last local day, inclusive; null: every day from then on.', '2025-06-30'), { examples: [null] }),
  audience: Type.Enum([...AUDIENCES], {
    description:
      'Who sees the figures until then. authority: the operator, the authority’s administrators, its sources of the ' +
        'service and its readers with the scope unpublished. councils: these, and administrators, sources and ' +
        'readers of any authority. public: everybody.',
    examples: ['councils']
  }),
  publish_at: Nullable(
    Type.String({
      maxLength: 40,
      format: 'date-time',
      description: 'The instant from which everybody does; null: none, until the rule is changed.'
    }),
    { examples: ['2025-07-15T09:30:00+01:00'] }
  )
}
const RuleSchema = Type.Object({
  authority: names.authority,
  service: names.service,
  from_on: fromOn,
  ...fields,
  in_force: Type.Boolean({ description: 'Whether it keeps anything back now.', examples: [true] }),
  updated_at: Type.String({ format: 'date-time' }),
  links: Type.Record(Type.String(), Type.String(), {
    examples: [{ self: '/v1/publication-rules/solihull/report-missed-bin/2025-04-01' }]
  })
}, { $id: 'PublicationRule', description: 'When figures of some days are published, and who sees them before.' })
const TABLE = { title: 'What is not published yet, and when it will be', columns: columnsOf(RuleSchema) }
const BodySchema = Type.Object({
  to_on: Type.Optional(fields.to_on), audience: fields.audience, publish_at: Type.Optional(fields.publish_at)
}, { $id: 'PublicationRuleChange', additionalProperties: false, description: 'A rule; what is left out is null.' })

/** Publication rules: everybody may read what is kept back until when; administrators set it for their authorities. */
export const publicationRuleRoutes: FastifyPluginAsyncTypebox<Omit<CatalogueChange, 'principal'>> = async (
  app, services
) => {
  for (const schema of [RuleSchema, BodySchema]) app.addSchema(schema)
  const contextOf = (request: FastifyRequest): CatalogueChange => ({ ...services, principal: principalOf(request) })
  const codes = ['unknown-authority', 'unknown-service'] as const
  const url = '/publication-rules/:authority/:service/:from_on'

  app.get('/publication-rules', {
    config: { permission: 'public', table: () => TABLE },
    schema: {
      operationId: 'listPublicationRules',
      tags: ['catalogue'],
      summary: 'What is not published yet, and when it will be',
      querystring: Type.Object(
        { authority: Type.Optional(names.authority), service: Type.Optional(names.service) },
        { additionalProperties: false }
      ),
      response: {
        200: ListOf(Type.Ref('PublicationRule'), 'By authority, service and first day.'), ...problems(...codes)
      }
    }
  }, async (request, reply) => {
    const { directory } = services.catalogue
    const rules = findPublicationRules(directory, request.query)
    return await rowsFor(request, reply, rules.map((rule) => withLinks(request, toWire(directory, rule))))
  })

  app.put(url, {
    config: { permission: 'administrator' },
    schema: {
      operationId: 'putPublicationRule',
      tags: ['catalogue'],
      summary: 'Keep figures of some days back until an instant, or from the public',
      description:
        'For a day the rule of its service holds, else that for all services; of several the one that begins last. A ' +
          'period with a day that is kept back is kept back whole.',
      security: ADMINISTRATOR,
      params: Params,
      body: Type.Ref('PublicationRuleChange'),
      response: {
        200: Type.Ref('PublicationRule'),
        201: Type.Ref('PublicationRule'),
        ...problems(...DENIED, ...BODY, 'quota-exceeded', ...codes, 'invalid-period-range')
      }
    }
  }, async (request, reply) => {
    const { created, rule } = await savePublicationRule(
      contextOf(request), request.params, request.body as PublicationRuleInput
    )
    return reply.code(created ? 201 : 200).send(withLinks(request, toWire(services.catalogue.directory, rule)))
  })

  app.delete(url, {
    config: { permission: 'administrator' },
    schema: {
      operationId: 'deletePublicationRule',
      tags: ['catalogue'],
      summary: 'Remove a publication rule: its figures are published, unless another rule is about them',
      security: ADMINISTRATOR,
      params: Params,
      response: {
        204: Type.Null({ description: 'Removed.' }),
        ...problems(...DENIED, ...codes, 'not-found', 'invalid-period-range')
      }
    }
  }, async (request, reply) => {
    await removePublicationRule(contextOf(request), request.params)
    return reply.code(204).send(null)
  })
}

function toWire (directory: Directory, rule: PublicationRule) {
  const authority = directory.authorityById.get(rule.authority_id)?.slug ?? ''
  const service = rule.service_id === 0 ? 'all' : directory.serviceById.get(rule.service_id)?.slug ?? ''
  return {
    authority,
    service,
    from_on: rule.from_on,
    to_on: rule.to_on,
    audience: rule.audience,
    publish_at: rule.publish_at?.toISOString() ?? null,
    in_force: directory.publication.audienceOf(rule) !== 'public',
    updated_at: rule.updated_at.toISOString(),
    links: { self: `/v1/publication-rules/${authority}/${service}/${rule.from_on}` }
  }
}
