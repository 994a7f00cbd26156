import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import type { CatalogueChange } from '../../catalogue/catalogue-change.ts'
import { findDashboard, removeDashboard, saveDashboard } from '../dashboards/written.ts'
import { DashboardSchema, ModuleSchema } from '../dashboards/document/schema.ts'
import { Type } from 'typebox'
import { principalOf } from '../../http/plugins/permission.ts'
import { BODY, DENIED, OPERATOR, problems } from '../../http/schemas/common.ts'

const Params = Type.Object({
  slug: Type.String({
    pattern: '^[a-z0-9][a-z0-9-]{0,199}$', description: 'Its address.', examples: ['solihull-local-authority']
  })
})

const DashboardModule = Type.Object(ModuleSchema.properties, {
  $id: 'DashboardModule',
  additionalProperties: true,
  description: 'One figure, chart or table of a dashboard; further fields depend on its type.'
})
/**
 * Whole, since the examples of single fields make no page together; it reads typed data, which is there for every
 * authority.
 */
const EXAMPLE = {
  'dashboard-type': 'transaction',
  published: true,
  title: 'Solihull: Missed bin reporting',
  department: { title: 'Solihull Metropolitan Borough Council', abbr: 'Solihull' },
  modules: [{
    slug: 'by-channel',
    'module-type': 'grouped_timeseries',
    title: 'Missed collections by channel',
    'data-source': {
      'data-group': 'solihull-report-missed-bin',
      'data-type': 'transactions-by-channel',
      'query-params': { period: 'month', duration: 12, group_by: 'channel', collect: ['count:sum'] }
    },
    'value-attribute': 'count:sum',
    axes: {
      x: { label: 'Month', key: '_start_at', format: 'date' },
      y: [{ label: 'Web', groupId: 'web' }, { label: 'Telephone', groupId: 'telephone-agent' }]
    }
  }]
}

const DashboardBody = Type.Object(
  {
    ...DashboardSchema.properties,
    modules: Type.Array(Type.Ref('DashboardModule'), { maxItems: 200, description: 'From top to bottom.' })
  },
  {
    $id: 'Dashboard',
    additionalProperties: true,
    description: 'A page of modules, as the Performance Platform’s front ends read it.',
    examples: [EXAMPLE]
  }
)

/** Dashboards that somebody writes: the operator's endpoints. */
export const dashboardRoutes: FastifyPluginAsyncTypebox<Omit<CatalogueChange, 'principal'>> = async (app, services) => {
  for (const schema of [DashboardModule, DashboardBody]) app.addSchema(schema)
  const contextOf = (request: FastifyRequest): CatalogueChange => ({ ...services, principal: principalOf(request) })
  const common = { tags: ['dashboards'], security: OPERATOR, params: Params }

  app.put('/dashboards/:slug', {
    // Checked by the service, which knows each type of module.
    config: { permission: 'operator', documentedBody: Type.Ref('Dashboard'), checksTexts: true },
    schema: {
      ...common,
      operationId: 'putDashboard',
      summary: 'Create or replace a dashboard',
      description:
        'Refused, with a pointer to each place, where the front end would fail: an unknown module type, a missing ' +
          'data set.',
      response: {
        200: Type.Ref('Dashboard'), 201: Type.Ref('Dashboard'), ...problems(...DENIED, ...BODY, 'invalid-dashboard')
      }
    }
  }, async (request, reply) => {
    const { created, dashboard } = await saveDashboard(contextOf(request), request.params.slug, request.body)
    return reply.code(created ? 201 : 200).send(dashboard)
  })

  app.get('/dashboards/:slug', {
    config: { permission: 'operator' },
    schema: {
      ...common,
      operationId: 'getDashboard',
      summary: 'A dashboard as it was written',
      response: { 200: Type.Ref('Dashboard'), ...problems(...DENIED, 'not-found') }
    }
  }, async ({ params }) => await findDashboard(services.db, params.slug))

  app.delete('/dashboards/:slug', {
    config: { permission: 'operator' },
    schema: {
      ...common,
      operationId: 'deleteDashboard',
      summary: 'Remove a dashboard; one that makes itself may show in its place',
      response: { 204: Type.Null({ description: 'It is gone.' }), ...problems(...DENIED, 'not-found') }
    }
  }, async (request, reply) => {
    await removeDashboard(contextOf(request), request.params.slug)
    return reply.code(204).send(null)
  })
}
