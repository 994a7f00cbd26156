import type { Kysely } from 'kysely'
import { ProblemError } from '../errors.ts'
import { notifyCatalogueChanged } from '../store/catalogue.ts'
import { putSource, writeAudit } from '../store/sources.ts'
import { insertToken, revokeToken, tokensOfSource } from '../store/tokens.ts'
import type { Tables } from '../store/tables.ts'
import type { Directory, Source } from './directory.ts'
import { known } from './explain.ts'
import type { Catalogue } from './live.ts'
import { expiryOf, hashOf, newSecret, newTokenId, TOKEN_DAYS } from './secret.ts'

/** What the operator says of a council system: names, as in requests. */
export interface SourceInput { services: string[], provider_for?: string[], channels?: Record<string, string> }

export interface Context { db: Kysely<Tables>, catalogue: Catalogue, clock: () => number, actor: string }

/** Creates or replaces a source. Throws `ProblemError` naming the first name that is not in the catalogue. */
export async function saveSource (
  { db, catalogue, clock, actor }: Context, authorityName: string, name: string, input: SourceInput
): Promise<{ created: boolean, source: Source }> {
  const { directory } = catalogue
  const authority = known(directory.authority(authorityName), 'unknown-authority', 'authority')
  const settings = {
    authorityId: authority.id,
    name,
    services: [...new Set(input.services.map((slug) => known(directory.service(slug), 'unknown-service', 'service').id))],
    providerFor: [...new Set((input.provider_for ?? []).map((slug) => known(directory.authority(slug), 'unknown-authority', 'authority').id))],
    channels: Object.fromEntries(Object.entries(input.channels ?? {}).map(([alias, slug]) => [alias, known(directory.channel(slug), 'unknown-channel', 'channel').slug]))
  }
  const at = new Date(clock())
  const created = await db.transaction().execute(async (trx) => {
    const isNew = await putSource(trx, settings, at)
    await writeAudit(trx, { at, actor, action: 'put-source', subject: `${authority.slug}/${name}`, detail: input })
    await notifyCatalogueChanged(trx)
    return isNew
  })
  await catalogue.refresh()
  return { created, source: findSource(catalogue.directory, authorityName, name) }
}

/** Throws `ProblemError` (not-found) where there is no such source. */
export function findSource (directory: Directory, authorityName: string, name: string): Source {
  const authority = known(directory.authority(authorityName), 'unknown-authority', 'authority')
  const source = directory.source(authority, name)
  if (source === undefined) throw new ProblemError('not-found', `${authority.slug} has no source ${name}; create it with PUT /v1/sources/${authority.slug}/${name}.`)
  return source
}

/** Makes a token. The secret is in this answer and nowhere else: only its hash is kept. */
export async function issueToken (
  { db, catalogue, clock, actor }: Context, source: Source, days = TOKEN_DAYS, scopes: string[] = []
): Promise<{ id: string, token: string, expiresAt: Date }> {
  const [id, token] = [newTokenId(), newSecret()]
  const createdAt = new Date(clock())
  const expiresAt = expiryOf(createdAt, days)
  await db.transaction().execute(async (trx) => {
    await insertToken(trx, { id, hash: hashOf(token), sourceId: source.id, createdAt, expiresAt, scopes })
    await writeAudit(trx, { at: createdAt, actor, action: 'issue-token', subject: `${source.authority.slug}/${source.name}`, detail: { id, scopes } })
    await notifyCatalogueChanged(trx)
  })
  await catalogue.refresh()
  return { id, token, expiresAt }
}

/** Revokes at once. Throws `ProblemError` (not-found) where the source has no such token in force. */
export async function withdrawToken ({ db, catalogue, clock, actor }: Context, source: Source, id: string): Promise<void> {
  const at = new Date(clock())
  await db.transaction().execute(async (trx) => {
    if (!await revokeToken(trx, source.id, id, at)) throw new ProblemError('not-found', `This source has no token ${id} in force.`)
    await writeAudit(trx, { at, actor, action: 'revoke-token', subject: `${source.authority.slug}/${source.name}`, detail: { id } })
    await notifyCatalogueChanged(trx)
  })
  await catalogue.refresh()
}

export async function listTokens (db: Kysely<Tables>, source: Source) {
  return await tokensOfSource(db, source.id)
}
