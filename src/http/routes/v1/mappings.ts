import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { CatalogueChange } from '../../../catalogue/catalogue-change.ts'
import type { Source } from '../../../catalogue/directory.ts'
import { findMapping, mappingsOf, removeMapping, saveMapping, versionsOf } from '../../../mappings/mappings.ts'
import { MAPPING_SCHEMAS, type Mapping, type MappingKind } from '../../../mappings/schema.ts'
import type { MappingRow } from '../../../mappings/store/mappings.ts'
import type { RequestPool } from '../../../postgres/scoped.ts'
import { ProblemError } from '../../../errors.ts'
import { readFile, type SentFile } from '../../../files/read-file.ts'
import { suggestMapping } from '../../../mappings/suggest/suggest.ts'
import { ROWS_BYTES } from '../../plugins/bodies.ts'
import { fileOf, takeFiles } from '../../plugins/file-bodies.ts'
import { principalOf, sourceAsked } from '../../plugins/permission.ts'
import { directoryOf } from '../../plugins/sandbox.ts'
import { BODY, DENIED, Nullable, problems } from '../../schemas/common.ts'
import { documentedFiles } from '../../schemas/files.ts'
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
  mapping: Type.Ref('FileMapping')
}, { $id: 'StoredMapping', description: 'A mapping of a source, as it is kept.' })
const WithVersions = Type.Object({
  ...StoredMappingSchema.properties,
  versions: Type.Array(Type.Object(Version), { description: 'All there ever were, the newest first.' })
}, { $id: 'MappingWithVersions', description: 'A mapping of a source with its versions.' })

const NoteSchema = Type.Object({
  field: Type.Optional(Type.String({ examples: ['channel'] })),
  column: Type.Optional(Type.String({ examples: ['How contacted'] })),
  note: Type.String({ examples: ['Words matched to /v1/channels by name and alias; check them.'] })
})
const SuggestionSchema = Type.Object({
  mapping: Type.Ref('FileMapping'),
  notes: Type.Array(NoteSchema, { description: 'What was guessed, and why.' }),
  open: Type.Array(NoteSchema, { description: 'What the sample does not tell: to be said, or checked.' }),
  warnings: Type.Array(Type.Ref('RowWarning'), { description: 'What was noticed in the file.' })
}, { $id: 'MappingSuggestion', description: 'A mapping as it is proposed, and what to check.' })

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
  for (const schema of [...MAPPING_SCHEMAS, StoredMappingSchema, WithVersions, SuggestionSchema]) app.addSchema(schema)
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
      body: Type.Unsafe<Mapping>(Type.Ref('FileMapping', { examples: [MAPPING_EXAMPLE] })),
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

  await app.register(async (samples) => {
    takeFiles(samples, (request, type, bytes) => fileOf(request, type, bytes))
    // A colon is written twice where it begins no parameter.
    samples.post(`${url}::suggest`, {
      bodyLimit: ROWS_BYTES,
      config: { ...config, documentedBody: { content: documentedFiles('foreign') } },
      schema: {
        ...common,
        params: Type.Object(SOURCE_PARAMS),
        operationId: 'suggestMapping',
        summary: 'Have a mapping proposed for files like this one',
        description:
          'Reads a sample and keeps nothing of it. What is proposed is taken by PUT as it is; `open` says what the ' +
            'sample does not tell.',
        querystring: Type.Object({
          kind: Type.Optional(Type.Enum(['event', 'observation'], {
            description: 'What a row is; left out: an event.'
          })),
          sheet: Type.Optional(Type.String({
            maxLength: 100, description: 'Of a workbook: the sheet to read.', examples: ['Data']
          }))
        }, { additionalProperties: false }),
        response: {
          200: Type.Ref('MappingSuggestion'),
          ...problems(...DENIED, ...BODY, ...unknown, 'unreadable-file', 'too-many-events')
        }
      }
    }, async (request) => {
      const source = sourceIn(request)
      const file = request.body as Partial<SentFile> | null | undefined
      if (file == null) throw new ProblemError('empty-body', 'The body is empty; send a CSV or .xlsx.')
      if (!isFile(file)) throw new ProblemError('unsupported-media-type', 'JSON is no sample; send a CSV or .xlsx.')
      const { kind = 'event', sheet } = request.query as { kind?: MappingKind, sheet?: string }
      return await app.intake.read({ key: `source ${source.id}`, bytes: file.bytes.length }, async (slices) => {
        const table = await readFile(file, sheet === undefined ? {} : { sheet }, undefined, slices)
        const { mapping, ...said } = suggestMapping(table, kind, { directory: directoryOf(catalogue, source), source })
        return {
          mapping: sheet === undefined ? mapping : { ...mapping, file: { sheet } }, ...said, warnings: table.warnings
        }
      })
    })
  })
}

const isFile = (body: Partial<SentFile>): body is SentFile => body.bytes instanceof Buffer && body.type !== undefined
