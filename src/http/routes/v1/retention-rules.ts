import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { CatalogueChange } from '../../../catalogue/catalogue-change.ts'
import { formatDay } from '../../../domain/calendar.ts'
import { GRACE_DAYS, LEAST_MONTHS, MOST_MONTHS } from '../../../domain/retention.ts'
import { removeRule, ruleAt, saveRule, type RuleInForce } from '../../../retention/rules.ts'
import { principalOf } from '../../plugins/permission.ts'
import { ADMINISTRATOR, BODY, DENIED, Nullable, problems } from '../../schemas/common.ts'

const Params = Type.Object({
  authority: Type.String({ maxLength: 120, description: 'Slug or GSS code, or `all`.', examples: ['solihull'] })
})
const LeftSchema = Type.Object({
  events: Type.Integer({ examples: [51_240] }),
  versions: Type.Integer({ description: 'What corrected events said before.', examples: [312] }),
  receipts: Type.Integer({ examples: [365] }),
  finished: Type.Boolean({ description: 'Whether nothing of earlier days is left.' })
})
const RuleSchema = Type.Object({
  authority: Type.String({ examples: ['solihull'] }),
  months: Nullable(Type.Integer(), { description: 'How long raw rows are kept; null: for ever.', examples: [24] }),
  set_by: Type.Enum(['authority', 'all', 'nobody'], {
    description: 'authority: it is said of this authority. all: of all that say nothing themselves.'
  }),
  in_force_at: Nullable(Type.String({ format: 'date-time' }), {
    description: `Rows leave by it from then on: ${GRACE_DAYS} days after it was said; until then take it back.`,
    examples: ['2026-03-08T10:00:00.000Z']
  }),
  next_cut_off: Nullable(Type.String({ format: 'date' }), {
    description: 'Rows of earlier days would leave today, if it were in force.', examples: ['2024-03-01']
  }),
  cut_off: Nullable(Type.String({ format: 'date' }), {
    description: 'Earlier days are closed: nothing of them is taken. It never moves back.', examples: ['2024-02-01']
  }),
  left: Nullable(LeftSchema, { description: 'What has left since the cut-off was moved.' })
}, { $id: 'RetentionRule', description: 'How long raw rows are kept, and up to when they have left.' })

const ChangeSchema = Type.Object({
  months: Nullable(Type.Integer({ minimum: 1, maximum: MOST_MONTHS }), {
    description: `Whole months, ${LEAST_MONTHS} or more; null: for ever.`, examples: [24]
  })
}, { $id: 'RetentionRuleChange', additionalProperties: false, description: 'How long raw rows are kept.' })

const toWire = ({ authority, retention, inForceAt, next, cutOff }: RuleInForce) => ({
  authority,
  months: retention.months,
  set_by: retention.setBy,
  in_force_at: inForceAt?.toISOString() ?? null,
  next_cut_off: next === undefined ? null : formatDay(next),
  cut_off: cutOff?.day ?? null,
  left: cutOff === undefined
    ? null
    : {
        events: cutOff.events,
        versions: cutOff.versions,
        receipts: cutOff.receipts,
        finished: cutOff.finishedAt !== null
      }
})

/** Everybody may read how long raw rows are kept; the operator says it for all, administrators for their own. */
export const retentionRuleRoutes: FastifyPluginAsyncTypebox<Omit<CatalogueChange, 'principal'>> = async (
  app, services
) => {
  for (const schema of [RuleSchema, ChangeSchema]) app.addSchema(schema)
  const contextOf = (request: FastifyRequest): CatalogueChange => ({ ...services, principal: principalOf(request) })
  const common = { tags: ['catalogue'], params: Params }
  const url = '/retention-rules/:authority'

  app.get(url, {
    config: { permission: 'public' },
    schema: {
      ...common,
      operationId: 'getRetentionRule',
      summary: 'How long raw rows of an authority are kept, and which have left',
      response: { 200: Type.Ref('RetentionRule'), ...problems('unknown-authority') }
    }
  }, async ({ params }) => toWire(await ruleAt(services, params.authority)))

  app.put(url, {
    config: { permission: 'administrator' },
    schema: {
      ...common,
      security: ADMINISTRATOR,
      operationId: 'putRetentionRule',
      summary: 'Say how long raw rows are kept',
      description:
        'Events, what they said before they were corrected, and receipts leave when they are older than so many ' +
          'whole months; every figure and release stays as it is. What has left does not come back, so the rule is ' +
          `in force ${GRACE_DAYS} days after it was said.`,
      body: Type.Ref('RetentionRuleChange'),
      response: {
        200: Type.Ref('RetentionRule'), ...problems(...DENIED, ...BODY, 'unknown-authority', 'retention-too-short')
      }
    }
  }, async (request) => {
    const { months } = request.body as { months: number | null }
    return toWire(await saveRule(contextOf(request), request.params.authority, months))
  })

  app.delete(url, {
    config: { permission: 'administrator' },
    schema: {
      ...common,
      security: ADMINISTRATOR,
      operationId: 'deleteRetentionRule',
      summary: 'Take back what was said of an authority, so that what is said for all holds',
      response: {
        204: Type.Null({ description: 'Taken back.' }), ...problems(...DENIED, 'not-found', 'unknown-authority')
      }
    }
  }, async (request, reply) => {
    await removeRule(contextOf(request), request.params.authority)
    return reply.code(204).send(null)
  })
}
