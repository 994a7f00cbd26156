import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type, type Static } from 'typebox'
import type { Directory } from '../../../catalogue/directory.ts'
import { known } from '../../../catalogue/explain.ts'
import type { Catalogue } from '../../../catalogue/live.ts'
import { actorOf, governs } from '../../../catalogue/principal.ts'
import { formatDay, parseDay } from '../../../domain/calendar.ts'
import { EVENT_TYPE_NAMES, EVENT_TYPES, TYPE_OF_CODE, type EventType } from '../../../domain/event.ts'
import { ProblemError } from '../../../errors.ts'
import type { Releasing } from '../../../releases/releasing.ts'
import { readReleases, type Release, type ReleaseKey } from '../../../releases/store/releases.ts'
import { formatOf } from '../../formats/choose.ts'
import { columnsOf } from '../../formats/columns.ts'
import { linkPages, MOST_OF_CSV, withParameter } from '../../formats/paging.ts'
import { rowsFor } from '../../formats/routes.ts'
import { selfOf } from '../../plugins/base-address.ts'
import { principalOf } from '../../plugins/permission.ts'
import { BODY, DENIED, listOf, ListOf, Nullable, ADMINISTRATOR, problems } from '../../schemas/common.ts'
import type { RequestPool } from '../../../postgres/scoped.ts'
import { idsAsked } from '../../../catalogue/asked.ts'

interface Options { pool: RequestPool, catalogue: Catalogue, releasing: Releasing }

const MOST_RELEASES = 500
const name = (description: string, example: string) =>
  Type.String({ minLength: 1, maxLength: 120, description, examples: [example] })
const asked = {
  authority: Type.Optional(name('Slug or GSS code.', 'solihull')),
  service: Type.Optional(name('Slug.', 'report-missed-bin')),
  type: Type.Optional(Type.Enum(EVENT_TYPE_NAMES))
}
const Order = Type.Object({
  ...asked,
  revision: Type.Optional(Type.Boolean({
    default: false,
    description: 'Whether to release late events, corrections and voids of days that are released already.'
  }))
}, {
  $id: 'ReleaseOrder',
  additionalProperties: false,
  description: 'What to release; all that is due where nothing is named.'
})
const Count = (description: string, example: number) => Type.Integer({ minimum: 0, description, examples: [example] })

export const ReleaseSchema = Type.Object({
  id: Type.Integer({ description: 'Later releases have larger numbers.' }),
  authority: Type.String({ examples: ['solihull'] }),
  service: Type.String({ examples: ['report-missed-bin'] }),
  type: Type.Enum(EVENT_TYPE_NAMES),
  kind: Type.Enum(['regular', 'revision'], {
    description: 'Regular: days after the last release. Revision: changes of days that were released before.'
  }),
  made_at: Type.String({ format: 'date-time' }),
  made_by: Type.String({ examples: ['schedule'] }),
  up_to: Type.String({ format: 'date', description: 'The last day that it covers.' }),
  cells: Count('Figures decided about: of each ward or street, breakdown and date.', 234),
  suppressed: Count('How many of them are suppressed.', 17),
  audited: Count('Suppressed small counts whose range was worked out.', 9),
  narrowest: Nullable(Type.Number({
    description: 'The narrowest range that all public answers leave to one of them; null: none was audited.',
    examples: [3]
  })),
  seconds: Type.Number({ description: 'How long the audit took.', examples: [0.2] }),
  not_published: Type.Array(Type.String(), {
    description: 'What could not be audited in time and so is not published.', examples: [[]]
  })
}, { $id: 'Release', description: 'What was published of the wards and streets of an authority’s service, and when.' })

const TABLE = {
  title: 'What was published of wards and streets, and when', columns: columnsOf(ReleaseSchema)
}

/** Everybody may read which releases there are; the operator and the authority's own people make them. */
export const releaseRoutes: FastifyPluginAsyncTypebox<Options> = async (app, { pool, catalogue, releasing }) => {
  app.addSchema(Order)
  app.addSchema(ReleaseSchema)
  const names = ['unknown-authority', 'unknown-service'] as const

  app.get('/releases', {
    config: { permission: 'public', table: () => TABLE },
    schema: {
      operationId: 'listReleases',
      tags: ['releases'],
      summary: 'What was published of wards and streets, when, and how much of it is suppressed',
      description: 'Newest first.',
      querystring: Type.Object({
        ...asked,
        before: Type.Optional(Type.Integer({ minimum: 1, description: 'Only releases with smaller numbers.' })),
        limit: Type.Optional(Type.Integer({
          minimum: 1, maximum: MOST_RELEASES, description: `100 of JSON if left out; of CSV all, up to ${MOST_OF_CSV}.`
        }))
      }, { additionalProperties: false }),
      response: { 200: ListOf(Type.Ref('Release'), 'Releases.'), ...problems(...names) }
    }
  }, async (request, reply) => {
    const csv = formatOf(request) === 'csv'
    const { before, limit = csv ? MOST_OF_CSV : 100, ...names } = request.query
    const { directory } = catalogue
    const key = keyOf(directory, names)
    const found = await readReleases(pool.within({ authorityIds: idsAsked(directory, key.authorityId) }), {
      ...key, ...(before !== undefined && { before }), limit: limit + 1
    })
    const releases = found.slice(0, limit)
    const last = found.length > limit ? releases.at(-1) : undefined
    const self = selfOf(request)
    linkPages(reply, self, 'before', last && withParameter(self, 'before', String(last.id)))
    const rows = releases.map((release) => toWire(directory, release))
    return await rowsFor(request, reply, rows)
  })

  app.post('/releases', {
    config: { permission: 'administrator' },
    schema: {
      operationId: 'makeReleases',
      tags: ['releases'],
      summary: 'Publish what is due of wards and streets',
      description:
        'The service does so by itself every day. Answers with the releases that were made: none where nothing is due.',
      security: ADMINISTRATOR,
      body: Type.Ref('ReleaseOrder'),
      response: { 200: ListOf(Type.Ref('Release'), 'The releases made.'), ...problems(...DENIED, ...BODY, ...names) }
    }
  }, async (request) => {
    const { directory } = catalogue
    const { revision = false, ...names } = request.body as Static<typeof Order>
    const key = keyOf(directory, names)
    const principal = principalOf(request)
    if (key.authorityId === undefined ? principal.kind !== 'operator' : !governs(principal, key.authorityId)) {
      throw new ProblemError('forbidden', 'Name an authority of yours: only the operator releases for others.')
    }
    const releases = await releasing.make(key, { by: actorOf(principal), revision })
    return listOf(releases.map((release) => toWire(directory, release)))
  })
}

function keyOf (
  directory: Directory, { authority, service, type }: { authority?: string, service?: string, type?: EventType }
): Partial<ReleaseKey> {
  return {
    ...(authority !== undefined && {
      authorityId: known(directory.authority(authority), 'unknown-authority', 'authority').id
    }),
    ...(service !== undefined && { serviceId: known(directory.service(service), 'unknown-service', 'service').id }),
    ...(type !== undefined && { type: EVENT_TYPES[type] })
  }
}

function toWire (directory: Directory, release: Release) {
  return {
    id: release.id,
    authority: directory.authorityById.get(release.authorityId)?.slug ?? '',
    service: directory.serviceById.get(release.serviceId)?.slug ?? '',
    type: TYPE_OF_CODE.get(release.type) ?? 'transaction',
    kind: release.kind,
    made_at: release.madeAt.toISOString(),
    made_by: release.madeBy,
    up_to: formatDay((parseDay(release.upTo) ?? 0) - 1),
    cells: release.cells,
    suppressed: release.suppressed,
    audited: release.audited,
    narrowest: release.narrowest,
    seconds: release.seconds,
    not_published: release.notPublished
  }
}
