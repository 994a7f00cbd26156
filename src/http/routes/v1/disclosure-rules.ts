import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { removeRule, ruleAt, saveRule } from '../../../disclosure/administration.ts'
import type { CatalogueChange } from '../../../catalogue/catalogue-change.ts'
import { DISCLOSURE_LEVELS, type DisclosureRule } from '../../../domain/disclosure/rule.ts'
import { Type } from 'typebox'
import { principalOf } from '../../plugins/permission.ts'
import { BODY, DENIED, Nullable, OPERATOR, problems } from '../../schemas/common.ts'

const Params = Type.Object({
  authority: Type.String({ description: 'Slug or GSS code, or `all`.', examples: ['solihull'] }),
  service: Type.String({ description: 'Slug, or `all`.', examples: ['report-missed-bin'] }),
  level: Type.Enum([...DISCLOSURE_LEVELS], { examples: ['ward'] })
})

const fields = {
  threshold:
    Nullable(Type.Integer({
      minimum: 2, maximum: 1000, description: 'Counts of 1 up to one less are hidden; null: none is.', examples: [3]
    })),
  finest: Type.Enum(['day', 'week', 'month', 'quarter', 'financial_year'], {
    description: 'The finest period published, where the threshold is on.', examples: ['week']
  }),
  delay_days: Type.Integer({
    minimum: 0,
    maximum: 3660,
    description: 'Whole days after the end of a period before it is published.',
    examples: [0]
  }),
  round_to: Nullable(
    Type.Integer({
      minimum: 2, maximum: 1000, description: 'Published values are rounded to a multiple of this; null: they are not.'
    }),
    { examples: [null] }
  )
}
const RuleSchema = Type.Object(fields, { $id: 'DisclosureRule', description: 'What is kept back at a level.' })
const ChangeSchema = Type.Object({
  threshold: Type.Optional(fields.threshold),
  finest: Type.Optional(fields.finest),
  delay_days: Type.Optional(fields.delay_days),
  round_to: Type.Optional(fields.round_to)
}, {
  $id: 'DisclosureRuleChange',
  additionalProperties: false,
  minProperties: 1,
  description: 'What is left out stays as it is in force.'
})
interface Wire {
  threshold: number | null
  finest: DisclosureRule['finest']
  delay_days: number
  round_to: number | null
}

const toWire = ({ threshold, finest, delayDays, roundTo }: DisclosureRule): Wire => ({
  threshold, finest, delay_days: delayDays, round_to: roundTo
})

function fromWire (change: Partial<Wire>): Partial<DisclosureRule> {
  return {
    ...(change.threshold !== undefined && { threshold: change.threshold }),
    ...(change.finest !== undefined && { finest: change.finest }),
    ...(change.delay_days !== undefined && { delayDays: change.delay_days }),
    ...(change.round_to !== undefined && { roundTo: change.round_to })
  }
}

/** Disclosure rules: everybody may read what is suppressed and why; the operator sets it. */
export const disclosureRuleRoutes: FastifyPluginAsyncTypebox<Omit<CatalogueChange, 'principal'>> = async (
  app, services
) => {
  for (const schema of [RuleSchema, ChangeSchema]) app.addSchema(schema)
  const contextOf = (request: FastifyRequest): CatalogueChange => ({ ...services, principal: principalOf(request) })
  const common = { tags: ['catalogue'], params: Params }
  const names = ['unknown-authority', 'unknown-service'] as const

  app.get('/disclosure-rules/:authority/:service/:level', {
    config: { permission: 'public' },
    schema: {
      ...common,
      operationId: 'getDisclosureRule',
      summary: 'The disclosure rule in force',
      response: { 200: Type.Ref('DisclosureRule'), ...problems(...names) }
    }
  }, async ({ params }) => toWire(ruleAt(services.catalogue.directory, params)))

  app.put('/disclosure-rules/:authority/:service/:level', {
    config: { permission: 'operator' },
    schema: {
      ...common,
      security: OPERATOR,
      operationId: 'putDisclosureRule',
      summary: 'Set a disclosure rule',
      body: Type.Ref('DisclosureRuleChange'),
      response: { 200: Type.Ref('DisclosureRule'), ...problems(...DENIED, ...BODY, ...names) }
    }
  }, async (request) =>
    toWire(await saveRule(contextOf(request), request.params, fromWire(request.body as Partial<Wire>))))

  app.delete('/disclosure-rules/:authority/:service/:level', {
    config: { permission: 'operator' },
    schema: {
      ...common,
      security: OPERATOR,
      operationId: 'deleteDisclosureRule',
      summary: 'Remove a disclosure rule, so that the next wider one holds',
      response: { 204: Type.Null({ description: 'Removed.' }), ...problems(...DENIED, 'not-found', ...names) }
    }
  }, async (request, reply) => {
    await removeRule(contextOf(request), request.params)
    return reply.code(204).send(null)
  })
}
