import { ProblemError } from '../errors.ts'
import { insertToken, revokeToken, type TokenOwner } from './store/tokens.ts'
import { changeCatalogue, type CatalogueChange } from './catalogue-change.ts'
import type { DataSet, Source } from './directory.ts'
import { hashOf, newTokenId } from './secret.ts'

/** Whose tokens they are, and what the audit trail calls it. */
export interface Holder { owner: TokenOwner, subject: string, authorityId: number | null }

export const sourceAsHolder = ({ id, authority, name }: Source): Holder => ({
  owner: { source_id: id },
  subject: `${authority.slug}/${name}`,
  authorityId: authority.id
})
export const dataSetAsHolder = (
  { id, data_group: group, data_type: type, authority_id: authorityId }: DataSet
): Holder => ({
  owner: { data_set_id: id },
  subject: `${group}/${type}`,
  authorityId
})

/** A token to store. `detail` is its line in the audit trail. */
interface NewToken { secret: string, createdAt: Date, expiresAt: Date | null, scopes?: string[], detail: object }

/**
 * Stores the hash of a secret. Throws `ProblemError` (token-taken) where the holder has or had this secret. Returns the
 * token's id.
 */
export async function keepToken (
  change: CatalogueChange, { owner, subject, authorityId }: Holder, token: NewToken
): Promise<string> {
  const { createdAt, expiresAt, scopes = [], detail } = token
  const id = newTokenId()
  const entry = { action: 'issue-token', subject, detail: { id, ...detail }, authorityId }
  await changeCatalogue(change, entry, async (trx) => {
    const isNew = await insertToken(trx, { id, hash: hashOf(token.secret), owner, createdAt, expiresAt, scopes })
    if (!isNew) {
      throw new ProblemError('token-taken', `${subject} has this token already, or had it until it was revoked.`)
    }
  })
  return id
}

/** Revokes at once. Throws `ProblemError` (not-found) where the holder has no such token in force. */
export async function withdrawToken (
  change: CatalogueChange, { owner, subject, authorityId }: Holder, id: string
): Promise<void> {
  await changeCatalogue(change, { action: 'revoke-token', subject, detail: { id }, authorityId }, async (trx, at) => {
    if (!await revokeToken(trx, owner, id, at)) {
      throw new ProblemError('not-found', `${subject} has no token ${id} in force.`)
    }
  })
}
