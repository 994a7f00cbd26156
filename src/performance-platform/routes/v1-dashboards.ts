import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import type { CatalogueChange } from '../../catalogue/catalogue-change.ts'
import {
  findDashboard, governorsOfDashboard, listWritten, removeDashboard, saveDashboard
} from '../dashboards/written.ts'
import { DashboardSchema, ModuleSchema } from '../dashboards/document/schema.ts'
import { Type } from 'typebox'
import { known } from '../../catalogue/explain.ts'
import { principalOf, type Governors } from '../../http/plugins/permission.ts'
import { BODY, DENIED, Nullable, problems } from '../../http/schemas/common.ts'
import { holds, PAGED, PageOf, pageOf } from '../../http/schemas/paging.ts'

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

const DashboardHead = Type.Object({
  slug: Type.String({ examples: ['solihull-local-authority'] }),
  title: Type.String({ examples: ['Solihull: Missed bin reporting'] }),
  authority: Nullable(Type.String(), { description: 'Whose it is; null: the operator’s.', examples: ['solihull'] }),
  published: Type.Boolean(),
  created_at: Type.String({ format: 'date-time' }),
  updated_at: Type.String({ format: 'date-time' })
}, { $id: 'DashboardHead', description: 'A dashboard that somebody wrote, without its modules.' })

/** Dashboards that somebody writes: the operator's, and those of authorities, whose administrators write them. */
export const dashboardRoutes: FastifyPluginAsyncTypebox<Omit<CatalogueChange, 'principal'>> = async (app, services) => {
  for (const schema of [DashboardModule, DashboardBody, DashboardHead]) app.addSchema(schema)
  const contextOf = (request: FastifyRequest): CatalogueChange => ({ ...services, principal: principalOf(request) })
  const common = { tags: ['dashboards'], params: Params }
  const { db, catalogue } = services
  const ownerOf = async ({ params }: FastifyRequest) =>
    await governorsOfDashboard(db, (params as { slug: string }).slug)
  const governed = async (request: FastifyRequest): Promise<Governors> => (await ownerOf(request))?.governors
  const config = { permission: 'administrator' as const, governed }

  app.get('/dashboards', {
    config: { permission: 'administrator' },
    schema: {
      operationId: 'listWrittenDashboards',
      tags: ['dashboards'],
      summary: 'The dashboards that somebody wrote',
      description: 'In the order of their addresses. An administrator sees its own and those that are published.',
      querystring: Type.Object({
        authority: Type.Optional(Type.String({ maxLength: 120, examples: ['solihull'] })),
        published: Type.Optional(Type.Boolean()),
        ...PAGED
      }, { additionalProperties: false }),
      response: { 200: PageOf(Type.Ref('DashboardHead'), 'Dashboards.'), ...problems(...DENIED, 'unknown-authority') }
    }
  }, async (request) => {
    const { query: { authority: ofName, published, q, ...page } } = request
    const authority = ofName === undefined
      ? undefined
      : known(catalogue.directory.authority(ofName), 'unknown-authority', 'authority').slug
    const found = (await listWritten(contextOf(request))).filter((one) =>
      (authority === undefined || one.authority === authority) &&
      (published === undefined || one.published === published) && holds(q, one.slug, one.title)
    )
    return pageOf(found, ({ slug }) => slug, page)
  })

  app.put('/dashboards/:slug', {
    // Checked by the service, which knows each type of module.
    config: { ...config, documentedBody: Type.Ref('Dashboard'), checksTexts: true },
    schema: {
      ...common,
      operationId: 'putDashboard',
      summary: 'Create or replace a dashboard',
      description:
        'Refused, with a pointer to each place, where the front end would fail: an unknown module type or format, ' +
          'more than seven lines in a graph, a missing data set.',
      querystring: Type.Object({
        authority: Type.Optional(Type.String({
          maxLength: 120,
          description: 'Whose it is from now on; left out: whose it was, or the operator’s where it is new.',
          examples: ['solihull']
        }))
      }, { additionalProperties: false }),
      response: {
        200: Type.Ref('Dashboard'),
        201: Type.Ref('Dashboard'),
        ...problems(...DENIED, ...BODY, 'quota-exceeded', 'invalid-dashboard', 'unknown-authority')
      }
    }
  }, async (request, reply) => {
    const { params: { slug }, query: { authority: name } } = request
    const owner = name === undefined
      ? undefined
      : known(catalogue.directory.authority(name), 'unknown-authority', 'authority')
    const { created, dashboard } = await saveDashboard(contextOf(request), slug, request.body, owner)
    return reply.code(created ? 201 : 200).send(dashboard)
  })

  app.get('/dashboards/:slug', {
    config: {
      ...config,
      governed: async (request) => {
        const found = await ownerOf(request)
        return found?.published === true ? undefined : found?.governors
      }
    },
    schema: {
      ...common,
      operationId: 'getDashboard',
      summary: 'A dashboard as it was written',
      response: { 200: Type.Ref('Dashboard'), ...problems(...DENIED, 'not-found') }
    }
  }, async ({ params }) => await findDashboard(services.db, params.slug))

  app.delete('/dashboards/:slug', {
    config,
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
