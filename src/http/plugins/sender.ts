import type { FastifyRequest } from 'fastify'
import type { Directory } from '../../catalogue/directory.ts'

/** Authorities of one token that a line names. */
const MOST_NAMED = 5

/** Who sent a request, for its line: role, authority, source or data set, id of the token; never its secret. */
export interface LoggedSender {
  role?: string
  authority?: string
  source?: string
  /** What it sends counts nowhere. */
  sandbox?: true
  data_set?: string
  /** An id, or that what was sent is no token in force. */
  token?: string
}

/** Nothing of a request that came without a token. */
export function senderOf (request: FastifyRequest, { authorityById }: Directory): LoggedSender {
  const { headers: { authorization }, dataSet, dataSetToken, server } = request
  if (authorization === undefined) return {}
  // Neither is there where an address could not be read: no route was looked for.
  if (dataSet != null && dataSetToken != null) {
    return { role: 'data-set', data_set: `${dataSet.data_group}/${dataSet.data_type}`, token: dataSetToken }
  }
  const principal = request.principal ?? server.identify(request)
  if (principal === undefined) return { token: 'not valid' }
  switch (principal.kind) {
    case 'operator': return { role: 'operator', token: principal.tokenId ?? 'OPERATOR_TOKEN' }
    case 'monitor': return { role: 'monitor', token: 'METRICS_TOKEN' }
    case 'source': {
      const { source: { authority, name }, tokenId, sandbox } = principal
      return {
        role: 'source', authority: authority.slug, source: name, ...(sandbox && { sandbox }), token: tokenId
      }
    }
    default: {
      const { kind, tokenId, authorities } = principal
      const named = authorities.slice(0, MOST_NAMED).map((id) => authorityById.get(id)?.slug)
      return { role: kind, authority: named.join(','), token: tokenId }
    }
  }
}
