import { Type, type TSchema } from 'typebox'
import { ERRORS, type ErrorCode } from '../../errors.ts'

export const LICENCE_URL = 'https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/'
export const LICENCE = `Open Government Licence v3.0: ${LICENCE_URL}`
export const ATTRIBUTION =
  'Contains authority data by mySociety (CC BY 4.0), service lists by LG Inform Plus (OGL v3) and alphagov (MIT)'

const LICENSED = {
  licence: Type.String({ examples: [LICENCE] }), attribution: Type.String({ examples: [ATTRIBUTION] })
}

/** A list as it is sent, and its schema. */
export const listOf = <T>(data: T[]) => ({ data, licence: LICENCE, attribution: ATTRIBUTION })
export const ListOf = <T extends TSchema>(item: T, description: string) =>
  Type.Object({ data: Type.Array(item), ...LICENSED }, { description })

/** A page of a list, with the address of the next. */
export const PageOf = (item: TSchema) =>
  Type.Object({ data: Type.Array(item), ...LICENSED, links: Type.Record(Type.String(), Type.String()) })

/** One thing as it is sent, and its schema: what it says of itself, and under which licence. */
export const licensed = <T extends object>(one: T) => ({ ...one, licence: LICENCE, attribution: ATTRIBUTION })
export const Licensed = (one: TSchema) =>
  Type.Intersect([one, Type.Object(LICENSED)], { description: 'As it is, with its licence.' })

/** Where a token is needed. */
export const DENIED = ['unauthenticated', 'forbidden'] as const

/** A value or null. Examples go in `options` where null is one of them: those of the schema itself must fit it. */
export const Nullable = <T extends TSchema>(
  schema: T, options: { description?: string, examples?: unknown[], default?: null } = {}
) =>
    Type.Union([schema, Type.Null()], options)

/** What every public row of the catalogue says of where it came from. */
export const PROVENANCE = {
  origin: Type.Enum(['shipped', 'local'], {
    description: 'shipped: as the platform brings it. local: somebody here said so; no new version undoes it.'
  }),
  changed_at: Nullable(Type.String({ format: 'date-time' }), {
    description: 'When somebody here changed it; null: never.', examples: [null]
  })
}

/** A local day of 1900 to 2199, the centuries that councils count in. */
export const Day = (description: string, example: string) =>
  Type.String({ format: 'date', pattern: '^(19|20|21)', description, examples: [example] })

export const RowErrorSchema = Type.Object({
  index: Type.Integer({ description: 'Position of the row in the batch, from 0.', examples: [17] }),
  line: Type.Optional(Type.Integer({ description: 'Of a file: its line, the header included.', examples: [19] })),
  column: Type.Optional(Type.String({ description: 'Of a file: the heading of its column.', examples: ['Ward name'] })),
  pointer: Type.String({ description: 'JSON pointer into the row.', examples: ['/ward'] }),
  code: Type.String({ description: 'Stable code; see docs/errors.md.', examples: ['unknown-ward'] }),
  detail: Type.String({
    description: 'What is wrong and what to do.',
    examples: ['solihull has no ward E05001285x on 2025-05-27. Did you mean E05001285?']
  }),
  stored_revision: Type.Optional(Type.Integer({
    description: 'With `conflict` and `stale-revision`: the revision stored. A correction has a higher one.',
    examples: [3]
  }))
}, { $id: 'RowError', description: 'One thing wrong with one row of a batch.' })

export const ProblemSchema = Type.Object({
  type: Type.String({ examples: ['/v1/errors/unknown-service'] }),
  title: Type.String({ examples: ['No such service'] }),
  status: Type.Integer({ examples: [404] }),
  code: Type.String({ description: 'Stable code; see docs/errors.md.', examples: ['unknown-service'] }),
  detail: Type.String({ examples: ['There is no service report-missed-bim. Did you mean report-missed-bin?'] }),
  instance: Type.String({
    description: 'The request id, also in the X-Request-Id header and in the service’s log.', examples: ['req-01k']
  }),
  errors: Type.Optional(Type.Array(Type.Ref('RowError'), { description: 'The first 100 row errors of a batch.' })),
  errors_total: Type.Optional(Type.Integer({ description: 'How many row errors there are in all.', examples: [1] })),
  receipt: Type.Optional(Type.String({
    description: 'Of a batch that was refused: number of its receipt, for GET /v1/receipts/{id}.', examples: ['1042']
  }))
}, { $id: 'Problem', description: 'An error as RFC 9457 describes it.' })

/** Response entries for the errors a route can give, one a status, each naming its codes. */
export function problems (...codes: ErrorCode[]): Record<number, unknown> {
  const all = [...new Set<ErrorCode>([...codes, 'invalid-request', 'rate-limited', 'internal-error', 'unavailable'])]
  const byStatus = Map.groupBy(all, (code) => ERRORS[code].status)
  return Object.fromEntries([...byStatus].map(([status, ofStatus]) => [status, {
    description: ofStatus.map((code) => `\`${code}\`: ${ERRORS[code].title}`).join('. '),
    content: {
      'application/problem+json': {
        schema: Type.Ref('Problem'),
        examples: Object.fromEntries(ofStatus.map((code) => [code, {
          value: {
            type: `/v1/errors/${code}`,
            title: ERRORS[code].title,
            status,
            code,
            detail: ERRORS[code].fix,
            instance: 'req-01k'
          }
        }]))
      }
    }
  }]))
}

/** The same of a route that is never limited: of a probe. */
export function problemsOfProbe (...codes: ErrorCode[]): Record<number, unknown> {
  return Object.fromEntries(Object.entries(problems(...codes)).filter(([status]) => status !== '429'))
}

/** The errors that every route with a JSON body can give, for `problems`. */
export const BODY = ['invalid-json', 'empty-body', 'body-too-large', 'unsupported-media-type', 'personal-data'] as const

/** What a 304 says. */
export const UNCHANGED = 'Nothing has changed since the answer with the ETag in If-None-Match.'

export const OPERATOR = [{ operator: [] }]
export const ADMINISTRATOR = [{ operator: [] }, { administrator: [] }]
export const SOURCE = [{ source: [] }]
export const SOURCE_OR_ADMINISTRATOR = [...SOURCE, ...ADMINISTRATOR]
