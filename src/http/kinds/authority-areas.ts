import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { known } from '../../catalogue/explain.ts'
import { principalOf } from '../plugins/permission.ts'
import { ADMINISTRATOR, BODY, DENIED, listOf, ListOf, problems } from '../schemas/common.ts'
import { AreaInputSchema } from './areas.ts'
import { DRY_RUN, documentedRows, putRows, sentRows, takeCsv } from './bulk.ts'
import type { Kind } from './kind.ts'
import type { KindServices } from './routes.ts'

const OPEN = { valid_from: null, valid_to: null, note: '' }
const EXAMPLES = [
  { code: 'E05001284', name: 'Bickenhill', valid_to: '2026-05-06' },
  { code: 'E05016416', name: 'Arden', valid_from: '2026-05-07', note: 'was Bickenhill' }
]

/** The areas of one authority, which the address names. Here what a row leaves out is open, not as it was. */
export async function areasOfAuthorityRoute (
  app: FastifyInstance, areas: Kind, { db, catalogue, clock }: KindServices
): Promise<void> {
  const ofOne: Kind = { ...areas, input: AreaInputSchema, examples: EXAMPLES }
  app.addSchema(AreaInputSchema)
  await app.register(async (own) => {
    takeCsv(own, areas)
    own.put('/authorities/:authority/areas', {
      config: { permission: 'administrator', documentedBody: documentedRows(ofOne, 'wards') },
      schema: {
        operationId: 'putAreas',
        tags: ['catalogue'],
        summary: 'Load wards of an authority, as JSON or CSV',
        description:
          'Adds wards and changes those with the same code; others stay. CSV columns: code, kind, name, valid_from, ' +
            'valid_to, note. To replace wards, send the old ones with valid_to and the new ones with valid_from. ' +
            'Wards of days that are released are changed by the operator alone.',
        security: ADMINISTRATOR,
        params: Type.Object({ authority: Type.String({ examples: ['solihull'] }) }),
        querystring: DRY_RUN,
        response: {
          200: Type.Object({
            ...ListOf(Type.Ref('Area'), '').properties, changes: Type.Ref('Changes')
          }, { description: 'Every ward of the authority, and what the request changes.' }),
          ...problems(...DENIED, ...BODY, 'quota-exceeded', 'unknown-authority', 'rows-rejected', 'too-many-events')
        }
      }
    }, async (request) => {
      const change = { db, catalogue, clock, principal: principalOf(request) }
      const { authority: name } = request.params as { authority: string }
      const { dry_run: dryRun = false } = request.query as { dry_run?: boolean }
      const authority = known(catalogue.directory.authority(name), 'unknown-authority', 'authority')
      const sent = sentRows(request.body)
      const rows = sent.rows.map((row) =>
        typeof row === 'object' && row !== null && !Array.isArray(row) ? { ...OPEN, ...row } : row
      )
      const changes = await putRows(
        areas, change, { ...sent, rows, given: { authority: authority.slug } }, dryRun,
        { action: 'put-areas', subject: authority.slug }
      )
      const { directory } = catalogue
      return {
        ...listOf(directory.areasOf(authority).map((area) => areas.toWire(area, directory))),
        changes: { dry_run: dryRun, ...changes }
      }
    })
  })
}
