import type { FastifyRequest } from 'fastify'
import type { Source } from '../../catalogue/directory.ts'
import type { Catalogue } from '../../catalogue/live.ts'
import { ProblemError } from '../../errors.ts'
import type { Kind } from '../../intake/refusals/refusals.ts'
import type { Place, RejectionFilter, State } from '../../quarantine/store/rejections.ts'
import { idOf } from '../wire/rejections.ts'
import { sourceAsked } from './permission.ts'

/** The query of whatever is about several rejections. */
export interface Which {
  source?: string
  code?: string
  field?: string
  receipt?: string
  state?: State
  kind?: Kind
}

/** The source that a request for rejections is about. Throws `ProblemError`. */
export function sourceWanted (catalogue: Catalogue, request: FastifyRequest): Source {
  const [authority, name] = (request.query as Which).source?.split('/') ?? []
  const named = authority === undefined || name === undefined ? undefined : { authority, name }
  return sourceAsked(catalogue, request, named)
}

export const filterOf = ({ receipt, code, field, state, kind }: Which): RejectionFilter => ({
  ...(code !== undefined && { code }),
  ...(field !== undefined && { field }),
  ...(receipt !== undefined && { receipt: Number(receipt) }),
  ...(state !== undefined && { state }),
  ...(kind !== undefined && { kind })
})

export const noSuchRejection = (place: Place): ProblemError => new ProblemError(
  'not-found', `This source has no rejection ${idOf(place)}; it may have been removed, 30 days after it came.`
)
