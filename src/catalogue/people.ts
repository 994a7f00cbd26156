import { ProblemError } from '../errors.ts'
import { changeCatalogue, mustGovern, type CatalogueChange } from './catalogue-change.ts'
import { known } from './explain.ts'
import { governs, type Principal } from './principal.ts'
import { expiryOf, hashOf, newSecret, newTokenId, TOKEN_DAYS } from './secret.ts'
import { insertPersonToken, personTokens, revokePersonToken, type PersonToken } from './store/tokens.ts'

export interface PersonTokenInput {
  role: 'operator' | 'administrator' | 'reader'
  label: string
  authorities?: string[]
  scopes?: string[]
  days?: number
}

/**
 * Makes a token for somebody who governs or reads. Throws `ProblemError` (forbidden) where an administrator asks for
 * more than it has. The secret is in this answer and nowhere else.
 */
export async function issuePersonToken (
  change: CatalogueChange, { role, label, authorities: names = [], scopes = [], days = TOKEN_DAYS }: PersonTokenInput
): Promise<{ id: string, token: string, expiresAt: Date }> {
  const { directory } = change.catalogue
  const authorities = [
    ...new Set(names.map((name) => known(directory.authority(name), 'unknown-authority', 'authority')))
  ]
  if (role === 'operator') mustBeOperator(change.principal)
  else if (authorities.length === 0) {
    throw new ProblemError('invalid-request', `body/authorities: name the authorities that the ${role} is of.`)
  }
  for (const authority of authorities) mustGovern(change, authority)
  if (role === 'operator' && authorities.length > 0) {
    throw new ProblemError('invalid-request', 'body/authorities: an operator has all of them; leave it out.')
  }
  if (role !== 'reader' && scopes.length > 0) {
    throw new ProblemError('invalid-request', 'body/scopes: only a reader has scopes; leave it out.')
  }
  const [id, token, createdAt] = [newTokenId(), newSecret(), new Date(change.clock())]
  const expiresAt = expiryOf(createdAt, days)
  const detail = { id, role, label, scopes, authorities: authorities.map(({ slug }) => slug) }
  const entry = { action: 'issue-token', subject: `${role} ${id}`, detail, authorityId: authorities[0]?.id ?? null }
  await changeCatalogue(change, entry, async (trx) => {
    await insertPersonToken(trx, {
      id, hash: hashOf(token), role, label, authorities: authorities.map(({ id }) => id), scopes, createdAt, expiresAt
    })
  })
  return { id, token, expiresAt }
}

/** Every token of a person that whoever asks may know of. */
export async function tokensOfPeople ({ db, catalogue: { directory }, principal }: CatalogueChange) {
  const tokens = await personTokens(db)
  return tokens.filter((token) => rules(principal, token)).map((token) => ({
    id: token.id,
    role: token.role as PersonTokenInput['role'],
    label: token.label,
    authorities: token.authorities.flatMap((id) => directory.authorityById.get(id)?.slug ?? []),
    scopes: token.scopes as Array<'unsuppressed' | 'unpublished'>,
    created_at: token.created_at.toISOString(),
    expires_at: token.expires_at?.toISOString() ?? null,
    revoked_at: token.revoked_at?.toISOString() ?? null,
    last_used_at: token.last_used_at?.toISOString() ?? null
  }))
}

/** Revokes at once. Throws `ProblemError` (not-found) for a token that is not in force, or not theirs to know of. */
export async function withdrawPersonToken (change: CatalogueChange, id: string): Promise<void> {
  const token = (await personTokens(change.db)).find((one) => one.id === id && rules(change.principal, one))
  const missing = new ProblemError('not-found', `There is no token ${id} of a person in force.`)
  if (token === undefined) throw missing
  const { role, label, authorities } = token
  const entry = {
    action: 'revoke-token', subject: `${role} ${id}`, detail: { id, label }, authorityId: authorities[0] ?? null
  }
  await changeCatalogue(change, entry, async (trx, at) => {
    if (!await revokePersonToken(trx, id, at)) throw missing
  })
}

const rules = (principal: Principal, { role, authorities }: PersonToken): boolean =>
  principal.kind === 'operator' || (role !== 'operator' && authorities.every((id) => governs(principal, id)))

function mustBeOperator (principal: Principal): void {
  if (principal.kind !== 'operator') throw new ProblemError('forbidden', 'Only an operator makes operators.')
}
