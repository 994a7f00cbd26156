import { ProblemError } from '../errors.ts'
import { putSource } from './store/sources.ts'
import { changeCatalogue, type CatalogueChange } from './catalogue-change.ts'
import type { Directory, Source } from './directory.ts'
import { known } from './explain.ts'
import { expiryOf, newSecret, TOKEN_DAYS } from './secret.ts'
import { keepToken, sourceAsHolder } from './tokens.ts'

/** What the operator says of a council system: names, as in requests. */
export interface SourceInput { services: string[], provider_for?: string[], channels?: Record<string, string> }

/** Creates or replaces a source. Throws `ProblemError` naming the first name that is not in the catalogue. */
export async function saveSource (
  change: CatalogueChange, authorityName: string, name: string, input: SourceInput
): Promise<{ created: boolean, source: Source }> {
  const { catalogue, catalogue: { directory } } = change
  const authority = known(directory.authority(authorityName), 'unknown-authority', 'authority')
  const serviceId = (slug: string): number => known(directory.service(slug), 'unknown-service', 'service').id
  const authorityId = (name: string): number => known(directory.authority(name), 'unknown-authority', 'authority').id
  const channelSlug = (slug: string): string => known(directory.channel(slug), 'unknown-channel', 'channel').slug
  const settings = {
    authorityId: authority.id,
    name,
    services: [...new Set(input.services.map(serviceId))],
    providerFor: [...new Set((input.provider_for ?? []).map(authorityId))],
    channels: Object.fromEntries(
      Object.entries(input.channels ?? {}).map(([alias, slug]) => [alias, channelSlug(slug)])
    )
  }
  const subject = `${authority.slug}/${name}`
  const created = await changeCatalogue(
    change,
    { action: 'put-source', subject, detail: input, authorityId: authority.id },
    async (trx, at) => await putSource(trx, settings, at)
  )
  return { created, source: findSource(catalogue.directory, authorityName, name) }
}

/** Throws `ProblemError` (not-found) where there is no such source. */
export function findSource (directory: Directory, authorityName: string, name: string): Source {
  const authority = known(directory.authority(authorityName), 'unknown-authority', 'authority')
  const source = directory.source(authority, name)
  if (source === undefined) {
    throw new ProblemError(
      'not-found',
      `${authority.slug} has no source ${name}; create it with PUT /v1/sources/${authority.slug}/${name}.`
    )
  }
  return source
}

/** Makes a token. The secret is in this answer and nowhere else: only its hash is kept. */
export async function issueToken (
  context: CatalogueChange, source: Source, days = TOKEN_DAYS, scopes: string[] = []
): Promise<{ id: string, token: string, expiresAt: Date }> {
  const createdAt = new Date(context.clock())
  const [token, expiresAt] = [newSecret(), expiryOf(createdAt, days)]
  const id = await keepToken(context, sourceAsHolder(source), {
    secret: token, createdAt, expiresAt, scopes, detail: { scopes }
  })
  return { id, token, expiresAt }
}
