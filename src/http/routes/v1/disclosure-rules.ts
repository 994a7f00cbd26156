import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { removeRule, ruleAt, saveRule } from '../../../disclosure/administration.ts'
import type { CatalogueChange } from '../../../catalogue/catalogue-change.ts'
import { DISCLOSURE_LEVELS, type DisclosureRule } from '../../../domain/disclosure/rule.ts'
import { Type } from 'typebox'
import { principalOf } from '../../plugins/permission.ts'
import { ADMINISTRATOR, BODY, DENIED, problems } from '../../schemas/common.ts'
import { DISCLOSURE_FIELDS } from '../../schemas/disclosure.ts'

const Params = Type.Object({
  authority: Type.String({ description: 'Slug or GSS code, or `all`.', examples: ['solihull'] }),
  service: Type.String({ description: 'Slug, or `all`.', examples: ['report-missed-bin'] }),
  level: Type.Enum([...DISCLOSURE_LEVELS], { examples: ['ward'] })
})

const RuleSchema = Type.Object(DISCLOSURE_FIELDS, {
  $id: 'DisclosureRule', description: 'What is kept back at a level.'
})
const ChangeSchema = Type.Object({
  threshold: Type.Optional(DISCLOSURE_FIELDS.threshold),
  finest: Type.Optional(DISCLOSURE_FIELDS.finest),
  delay_days: Type.Optional(DISCLOSURE_FIELDS.delay_days),
  round_to: Type.Optional(DISCLOSURE_FIELDS.round_to)
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

/** Disclosure rules: everybody may read what is suppressed and why; the operator sets it, administrators stricter. */
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
    config: { permission: 'administrator' },
    schema: {
      ...common,
      security: ADMINISTRATOR,
      operationId: 'putDisclosureRule',
      summary: 'Set a disclosure rule',
      description:
        'An administrator’s rule for its own authority stands beside the operator’s, and of each field the stricter ' +
          'one holds. It may not be looser than what the operator says: a lower threshold, a finer period, less ' +
          'delay or rounding.',
      body: Type.Ref('DisclosureRuleChange'),
      response: { 200: Type.Ref('DisclosureRule'), ...problems(...DENIED, ...BODY, ...names) }
    }
  }, async (request) =>
    toWire(await saveRule(contextOf(request), request.params, fromWire(request.body as Partial<Wire>))))

  app.delete('/disclosure-rules/:authority/:service/:level', {
    config: { permission: 'administrator' },
    schema: {
      ...common,
      security: ADMINISTRATOR,
      operationId: 'deleteDisclosureRule',
      summary: 'Remove a disclosure rule, so that the next wider one holds',
      description: 'An administrator takes back what was set by administrators of its authority.',
      querystring: Type.Object({
        set_by: Type.Optional(Type.Enum(['operator', 'administrator'], {
          description: 'Whose rule; that of whoever asks, if left out.'
        }))
      }, { additionalProperties: false }),
      response: { 204: Type.Null({ description: 'Removed.' }), ...problems(...DENIED, 'not-found', ...names) }
    }
  }, async (request, reply) => {
    await removeRule(contextOf(request), request.params, request.query.set_by)
    return reply.code(204).send(null)
  })
}
