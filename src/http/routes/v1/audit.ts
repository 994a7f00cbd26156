import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Kysely } from 'kysely'
import { Type } from 'typebox'
import type { Authority } from '../../../catalogue/directory.ts'
import { known } from '../../../catalogue/explain.ts'
import type { Catalogue } from '../../../catalogue/live.ts'
import { governs, type Principal } from '../../../catalogue/principal.ts'
import type { Refusals } from '../../../catalogue/refusals.ts'
import { readAudit } from '../../../catalogue/store/audit.ts'
import { ProblemError } from '../../../errors.ts'
import type { Tables } from '../../../postgres/tables.ts'
import { principalOf } from '../../plugins/permission.ts'
import { DENIED, ListOf, Nullable, problems } from '../../schemas/common.ts'
import { columnsOf } from '../../formats/columns.ts'
import { rowsFor } from '../../formats/routes.ts'

interface Options { db: Kysely<Tables>, catalogue: Catalogue, refusals: Refusals }

const AuditLine = Type.Object({
  id: Type.Integer({ description: 'Number of the line, from 1 without gaps.', examples: [17] }),
  at: Type.String({ format: 'date-time' }),
  actor: Type.String({
    description: 'A role with the id of its token, a source, schedule, command, or nobody.', examples: ['operator']
  }),
  action: Type.String({ examples: ['put-source'] }),
  subject: Type.String({ examples: ['solihull/bartec'] }),
  authority: Nullable(Type.String(), {
    description: 'Whose administrators may read the line; null: the operator alone.', examples: ['solihull']
  }),
  detail: Type.Unknown({ description: 'What was said.', examples: [{ services: ['report-missed-bin'] }] }),
  hash: Type.String({
    description: 'SHA-256 over the hash of the line before and what this one says, in hexadecimal.',
    examples: ['9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08']
  })
}, { $id: 'AuditLine', description: 'Who did what, and when.' })

const word = (description: string, example: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: 300, description, examples: [example] }))
const Query = Type.Object({
  actor: word('As the lines have it.', 'operator'),
  action: word('As the lines have it.', 'put-source'),
  subject: word('Part of the subject, whatever the case.', 'solihull/'),
  authority: word('Slug or GSS code.', 'solihull'),
  from: Type.Optional(Type.String({ format: 'date', description: 'First local day.', examples: ['2025-05-26'] })),
  to: Type.Optional(Type.String({ format: 'date', description: 'Last local day.', examples: ['2025-06-01'] })),
  before: Type.Optional(Type.Integer({ minimum: 1, description: 'Only lines with smaller numbers.' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 }))
}, { additionalProperties: false })

const TABLE = { title: 'Who did what, and when', columns: columnsOf(AuditLine) }

/** The audit trail: all of it for the operator, that of their authorities for administrators. */
export const auditRoutes: FastifyPluginAsyncTypebox<Options> = async (app, { db, catalogue, refusals }) => {
  app.addSchema(AuditLine)

  app.get('/audit', {
    config: { permission: 'administrator', table: () => TABLE },
    schema: {
      operationId: 'readAudit',
      tags: ['operations'],
      summary: 'Who did what, and when',
      description:
        'Every change of settings, void, token, release and refused attempt, newest first. Lines are only added. ' +
          'An administrator reads those about its own authorities.',
      querystring: Query,
      response: {
        200: ListOf(Type.Ref('AuditLine'), 'Lines.'),
        ...problems(...DENIED, 'unknown-authority')
      }
    }
  }, async (request, reply) => {
    await refusals.settled() // so that whoever was just refused finds it
    const { authority: name, limit = 100, ...filters } = request.query
    const authority = name === undefined
      ? undefined
      : known(catalogue.directory.authority(name), 'unknown-authority', 'authority')
    const authorityIds = idsFor(principalOf(request), authority)
    const lines = await readAudit(db, { ...filters, limit, ...(authorityIds !== undefined && { authorityIds }) })
    const data = lines.map(({ at, authority_id: id, previous: _, hash, ...line }) => ({
      ...line,
      at: at.toISOString(),
      authority: id === null ? null : catalogue.directory.authorityById.get(id)?.slug ?? null,
      hash: hash.toString('hex')
    }))
    return await rowsFor(request, reply, data)
  })
}

/** Whose lines somebody reads; undefined: all. */
function idsFor (principal: Principal, authority: Authority | undefined): readonly number[] | undefined {
  if (authority === undefined) return principal.kind === 'administrator' ? principal.authorities : undefined
  if (!governs(principal, authority.id)) {
    throw new ProblemError('forbidden', `Only the operator and administrators of ${authority.slug} may read this.`)
  }
  return [authority.id]
}
