import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type, type TSchema } from 'typebox'
import type { CatalogueChange } from '../../../catalogue/catalogue-change.ts'
import { known } from '../../../catalogue/explain.ts'
import { NewMeasureSchema } from '../../../catalogue/new-measure.ts'
import { NewServiceSchema } from '../../../catalogue/new-service.ts'
import { readProposals, type Proposal } from '../../../catalogue/store/proposals.ts'
import {
  agree, findProposal, propose, refuse, withdraw, type ProposalInput
} from '../../../kpi/administration/proposals.ts'
import { principalOf } from '../../plugins/permission.ts'
import { BODY, DENIED, listOf, ListOf, Nullable, problems } from '../../schemas/common.ts'

const Kind = Type.Enum(['kpi', 'service', 'measure'], { examples: ['kpi'] })
const State = Type.Enum(['proposed', 'agreed', 'refused', 'withdrawn'], { examples: ['proposed'] })
const Key = Type.String({
  pattern: '^[a-z0-9]+([-_][a-z0-9]+)*$', maxLength: 120, description: 'Its name.', examples: ['garden_subscriptions']
})
const Note = Type.String({ maxLength: 1000, description: 'Why.', examples: ['Asked for by the waste group'] })
// As the kind has it; its own check says which field is wrong, where a union could only say that it fits none.
const Proposed = Type.Object({}, { additionalProperties: true, description: 'What PUT would be sent.' })
const EXAMPLE = {
  kind: 'measure',
  key: 'garden_subscriptions',
  note: 'Asked for by the waste group',
  body: {
    title: 'Garden waste subscriptions',
    unit: 'subscriptions',
    kind: 'stock',
    description: 'Households that pay for the collection of garden waste.'
  }
}
const Order = (kind: TSchema, body: TSchema) =>
  Type.Object({
    kind,
    key: Key,
    body,
    note: Note,
    authority: Type.Optional(Type.String({
      maxLength: 100, description: 'Who proposes it; may be left out by administrators of one.', examples: ['solihull']
    }))
  }, { additionalProperties: false })
const DOCUMENTED = {
  ...Type.Union([
    Order(Type.Literal('kpi'), Type.Ref('KpiDefinition')),
    Order(Type.Literal('service'), Type.Ref('NewService')),
    Order(Type.Literal('measure'), Type.Ref('NewMeasure'))
  ]),
  examples: [EXAMPLE]
}
const View = Type.Object({
  id: Type.Integer({ examples: [3] }),
  kind: Kind,
  key: Key,
  body: Proposed,
  note: Note,
  state: State,
  authority: Nullable(Type.String(), { description: 'Who proposed it; null: the operator.', examples: ['solihull'] }),
  proposed_by: Type.String({ examples: ['administrator 5f0c2a9be1d3c477'] }),
  proposed_at: Type.String({ format: 'date-time' }),
  decided_by: Nullable(Type.String(), { examples: ['operator'] }),
  decided_at: Nullable(Type.String({ format: 'date-time' })),
  reason: Type.String({ examples: [''] })
}, { $id: 'Proposal', description: 'What somebody proposed, and what became of it.' })

const Params = Type.Object({ id: Type.Integer({ minimum: 1, maximum: 2_000_000_000, examples: [3] }) })
const Refusal = Type.Object({
  reason: Type.String({ minLength: 1, maxLength: 1000, examples: ['It is a KPI already'] })
}, { additionalProperties: false, examples: [{ reason: 'It is a KPI already' }] })

/** KPIs, services and measures that administrators propose and the operator agrees to. */
export const proposalRoutes: FastifyPluginAsyncTypebox<Omit<CatalogueChange, 'principal'>> = async (app, services) => {
  for (const schema of [NewServiceSchema, NewMeasureSchema, View]) app.addSchema(schema)
  const contextOf = (request: FastifyRequest): CatalogueChange => ({ ...services, principal: principalOf(request) })
  const { db, catalogue } = services
  const toWire = ({ authority_id: id, ...proposal }: Proposal) => ({
    ...proposal,
    body: proposal.body as object,
    authority: id === null ? null : catalogue.directory.authorityById.get(id)?.slug ?? null,
    proposed_at: proposal.proposed_at.toISOString(),
    decided_at: proposal.decided_at?.toISOString() ?? null
  })
  const common = { tags: ['kpis'] }
  const one = { 200: Type.Ref('Proposal') }

  app.post('/proposals', {
    config: { permission: 'administrator', documentedBody: DOCUMENTED },
    schema: {
      ...common,
      operationId: 'propose',
      summary: 'Propose a KPI, a service or a measure',
      description: 'Checked at once as if it were made; in force when the operator agrees.',
      body: Order(Kind, Proposed),
      response: {
        201: Type.Ref('Proposal'),
        ...problems(...DENIED, ...BODY, 'quota-exceeded', 'unknown-authority', 'unknown-measure')
      }
    }
  }, async (request, reply) => {
    const proposal = await propose(contextOf(request), request.body as ProposalInput)
    return reply.code(201).send(toWire(proposal))
  })

  app.get('/proposals', {
    config: { permission: 'administrator' },
    schema: {
      ...common,
      operationId: 'listProposals',
      summary: 'What was proposed, and what became of it',
      description: 'Newest first. Administrators see those of all authorities.',
      querystring: Type.Object({
        kind: Type.Optional(Kind),
        state: Type.Optional(State),
        key: Type.Optional(Key),
        authority: Type.Optional(Type.String({ maxLength: 120, examples: ['solihull'] })),
        before: Type.Optional(Type.Integer({ minimum: 1, description: 'Only proposals with smaller numbers.' })),
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 }))
      }, { additionalProperties: false }),
      response: { 200: ListOf(Type.Ref('Proposal'), 'Proposals.'), ...problems(...DENIED, 'unknown-authority') }
    }
  }, async ({ query: { authority, limit = 100, ...filters } }) => {
    const authorityId = authority === undefined
      ? undefined
      : known(catalogue.directory.authority(authority), 'unknown-authority', 'authority').id
    const proposals = await readProposals(db, { ...filters, limit, ...(authorityId !== undefined && { authorityId }) })
    return listOf(proposals.map(toWire))
  })

  app.get('/proposals/:id', {
    config: { permission: 'administrator' },
    schema: {
      ...common,
      operationId: 'getProposal',
      summary: 'A proposal',
      params: Params,
      response: { ...one, ...problems(...DENIED, 'not-found') }
    }
  }, async ({ params: { id } }) => toWire(await findProposal(services, id)))

  app.post('/proposals/:id/agree', {
    config: { permission: 'operator' },
    schema: {
      ...common,
      operationId: 'agreeToProposal',
      summary: 'Agree to a proposal: what it says is in force',
      params: Params,
      response: { ...one, ...problems(...DENIED, 'not-found', 'proposal-decided', 'unknown-measure') }
    }
  }, async (request) => toWire(await agree(contextOf(request), request.params.id)))

  app.post('/proposals/:id/refuse', {
    config: { permission: 'operator' },
    schema: {
      ...common,
      operationId: 'refuseProposal',
      summary: 'Refuse a proposal, with a reason',
      params: Params,
      body: Refusal,
      response: { ...one, ...problems(...DENIED, ...BODY, 'not-found', 'proposal-decided') }
    }
  }, async (request) => toWire(await refuse(contextOf(request), request.params.id, request.body.reason)))

  app.post('/proposals/:id/withdraw', {
    config: { permission: 'administrator' },
    schema: {
      ...common,
      operationId: 'withdrawProposal',
      summary: 'Take a proposal back; for those who made it',
      params: Params,
      response: { ...one, ...problems(...DENIED, 'not-found', 'proposal-decided') }
    }
  }, async (request) => toWire(await withdraw(contextOf(request), request.params.id)))
}
