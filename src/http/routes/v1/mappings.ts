import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { CatalogueChange } from '../../../catalogue/catalogue-change.ts'
import type { Source } from '../../../catalogue/directory.ts'
import { findMapping, mappingsOf, removeMapping, saveMapping, versionsOf } from '../../../mappings/mappings.ts'
import { MAPPING_SCHEMAS, type Mapping } from '../../../mappings/schema.ts'
import type { MappingRow } from '../../../mappings/store/mappings.ts'
import type { RequestPool } from '../../../postgres/scoped.ts'
import { principalOf, sourceAsked } from '../../plugins/permission.ts'
import { BODY, DENIED, Nullable, problems } from '../../schemas/common.ts'
import { MAPPING_EXAMPLE } from '../../schemas/mappings.ts'
import { PAGED, PageOf, pageOf } from '../../schemas/paging.ts'

const { q: _, ...PAGE } = PAGED

export const SOURCE_PARAMS = {
  authority: Type.String({ description: 'Slug or GSS code of the authority that owns it.', examples: ['solihull'] }),
  name: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,59}$', description: 'Name of the source.', examples: ['bartec'] })
}
const Params = Type.Object({
  ...SOURCE_PARAMS,
  mapping: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,59}$', description: 'Its name.', examples: ['nightly-export'] })
})

const Version = {
  version: Type.Integer({ description: 'The next number with each change.', examples: [2] }),
  made_at: Type.String({ format: 'date-time' }),
  made_by: Type.String({ examples: ['solihull/bartec'] })
}
const StoredMappingSchema = Type.Object({
  source: Type.String({ description: 'As `authority/name`.', examples: ['solihull/bartec'] }),
  name: Type.String({ examples: ['nightly-export'] }),
  ...Version,
  ended_at: Nullable(Type.String({ format: 'date-time' }), {
    description: 'When another version took its place, or it was removed; null: it is in force.', examples: [null]
  }),
  mapping: Type.Ref('Mapping')
}, { $id: 'StoredMapping', description: 'A mapping of a source, as it is kept.' })
const WithVersions = Type.Object({
  ...StoredMappingSchema.properties,
  versions: Type.Array(Type.Object(Version), { description: 'All there ever were, the newest first.' })
}, { $id: 'MappingWithVersions', description: 'A mapping of a source with its versions.' })

const versionToWire = ({ version, madeAt, madeBy }: Pick<MappingRow, 'version' | 'madeAt' | 'madeBy'>) =>
  ({ version, made_at: madeAt.toISOString(), made_by: madeBy })
const toWire = ({ authority, name: source }: Source, row: MappingRow) => ({
  source: `${authority.slug}/${source}`,
  name: row.name,
  ...versionToWire(row),
  ended_at: row.endedAt?.toISOString() ?? null,
  mapping: row.body
})

type Services = Omit<CatalogueChange, 'principal'> & { pool: RequestPool }

/** How the files of a source are read: for the source itself, its administrators, the operator. */
export const mappingRoutes: FastifyPluginAsyncTypebox<Services> = async (app, { pool, ...services }) => {
  for (const schema of [...MAPPING_SCHEMAS, StoredMappingSchema, WithVersions]) app.addSchema(schema)
  const { catalogue } = services
  const contextOf = (request: FastifyRequest): CatalogueChange => ({ ...services, principal: principalOf(request) })
  const sourceIn = (request: FastifyRequest): Source =>
    sourceAsked(catalogue, request, request.params as { authority: string, name: string })
  const common = { tags: ['sources'], params: Params }
  const unknown = ['not-found', 'unknown-authority'] as const
  const url = '/sources/:authority/:name/mappings'
  const config = { permission: 'source-or-administrator' as const }

  app.get(url, {
    config,
    schema: {
      ...common,
      params: Type.Object(SOURCE_PARAMS),
      operationId: 'listMappings',
      summary: 'The mappings of a source',
      querystring: Type.Object(PAGE, { additionalProperties: false }),
      response: { 200: PageOf(Type.Ref('StoredMapping'), 'Mappings.'), ...problems(...DENIED, ...unknown) }
    }
  }, async (request) => {
    const source = sourceIn(request)
    const rows = await mappingsOf(pool, source)
    return pageOf(rows.map((row) => toWire(source, row)), ({ name }) => name, request.query)
  })

  app.get(`${url}/:mapping`, {
    config,
    schema: {
      ...common,
      operationId: 'getMapping',
      summary: 'A mapping, or an earlier version of it',
      querystring: Type.Object({
        version: Type.Optional(Type.Integer({
          minimum: 1, maximum: 2_147_483_647, description: 'The one that a receipt names; left out: that in force.'
        }))
      }, { additionalProperties: false }),
      response: { 200: Type.Ref('MappingWithVersions'), ...problems(...DENIED, ...unknown) }
    }
  }, async (request) => {
    const source = sourceIn(request)
    const { params: { mapping }, query: { version } } = request
    const row = await findMapping(pool, source, mapping, version)
    return { ...toWire(source, row), versions: (await versionsOf(pool, source, mapping)).map(versionToWire) }
  })

  app.put(`${url}/:mapping`, {
    config,
    schema: {
      ...common,
      operationId: 'putMapping',
      summary: 'Say how files of a source are read',
      description:
        'Names where each field comes from: a column, a fixed value, columns together. A change is a new version; ' +
          'the old ones stay, since receipts name them. POST …/mappings:suggest proposes one.',
      body: Type.Unsafe<Mapping>(Type.Ref('Mapping', { examples: [MAPPING_EXAMPLE] })),
      response: {
        200: Type.Ref('StoredMapping'),
        201: Type.Ref('StoredMapping'),
        ...problems(...DENIED, ...BODY, ...unknown, 'quota-exceeded')
      }
    }
  }, async (request, reply) => {
    const source = sourceIn(request)
    const { created, row } = await saveMapping(contextOf(request), source, request.params.mapping, request.body)
    return reply.code(created ? 201 : 200).send(toWire(source, row))
  })

  app.delete(`${url}/:mapping`, {
    config,
    schema: {
      ...common,
      operationId: 'deleteMapping',
      summary: 'Remove a mapping: no file is read through it any more',
      description: 'Its versions can still be read by their numbers, since receipts name them.',
      response: { 204: Type.Null({ description: 'Removed.' }), ...problems(...DENIED, ...unknown) }
    }
  }, async (request, reply) => {
    await removeMapping(contextOf(request), sourceIn(request), request.params.mapping)
    return reply.code(204).send(null)
  })
}
