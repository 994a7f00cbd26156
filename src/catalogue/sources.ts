import { ProblemError } from '../errors.ts'
import { putSource, removeSource } from './store/sources.ts'
import { changeCatalogue, type CatalogueChange } from './catalogue-change.ts'
import { isUnknown, type Authority, type Directory, type Source } from './directory.ts'
import { known } from './explain.ts'
import { expiryOf, newSecret, TOKEN_DAYS } from './secret.ts'
import { mustProvide } from './source-reach.ts'
import { keepToken, sourceAsHolder } from './tokens.ts'

/** What is said of a council system: names, as in requests. */
export interface SourceInput {
  services: string[]
  provider_for?: string[]
  channels?: Record<string, string>
  takes_over?: string[]
}

/**
 * Creates or replaces a source. Throws `ProblemError` naming the first name that is not in the catalogue, or
 * (forbidden) what an administrator may not give it.
 */
export async function saveSource (
  change: CatalogueChange, authorityName: string, name: string, input: SourceInput
): Promise<{ created: boolean, source: Source }> {
  const { catalogue, catalogue: { directory }, principal } = change
  const before = sourceNamed(directory, authorityName, name)
  const authority = before?.authority ?? known(directory.authority(authorityName), 'unknown-authority', 'authority')
  const services = input.services.map((slug) => known(directory.service(slug), 'unknown-service', 'service'))
  const authorityNamed = (one: string): Authority => known(directory.authority(one), 'unknown-authority', 'authority')
  const about = (input.provider_for ?? []).map(authorityNamed)
  const channelSlug = (slug: string): string => known(directory.channel(slug), 'unknown-channel', 'channel').slug
  const takesOver = (input.takes_over ?? []).map((one) => sourceToTakeOver(change, authority, one, before))
  if (principal.kind !== 'operator') mustProvide({ directory, principal, authority, before }, about, services)
  const settings = {
    authorityId: authority.id,
    name,
    services: [...new Set(services.map(({ id }) => id))],
    providerFor: [...new Set(about.map(({ id }) => id))],
    channels: Object.fromEntries(
      Object.entries(input.channels ?? {}).map(([alias, slug]) => [alias, channelSlug(slug)])
    ),
    takesOver: [...new Set(takesOver.map(({ id }) => id))]
  }
  const subject = nameOfSource({ authority, name })
  const created = await changeCatalogue(
    change,
    { action: 'put-source', subject, detail: input, authorityId: authority.id },
    async (trx, at) => await putSource(trx, settings, at)
  )
  return { created, source: findSource(catalogue.directory, authority.slug, name) }
}

/** A source takes over from its own authority's; the operator may say from any other, as `authority/name`. */
function sourceToTakeOver (
  { catalogue: { directory }, principal }: CatalogueChange, owner: Authority, name: string, before: Source | undefined
): Source {
  const [ofName, own = ofName] = name.includes('/') ? name.split('/') : [owner.slug, name]
  const found = [...directory.sourceById.values()].find((source) =>
    source.name === own && (source.authority.slug === ofName || source.authority.gss === ofName)
  )
  if (found === undefined) {
    throw new ProblemError('invalid-request', `body/takes_over: there is no source ${nameIn(ofName, own)}.`)
  }
  const isOwn = found.authority_id === owner.id || (before?.takes_over.includes(found.id) ?? false)
  if (principal.kind === 'operator' || isOwn) return found
  throw new ProblemError(
    'forbidden', `${nameOfSource(found)} is no source of ${owner.slug}: only the operator has its figures taken over.`
  )
}

const nameIn = (authority: string | undefined, name: string | undefined): string => `${authority ?? ''}/${name ?? ''}`

/** `solihull/bartec` */
export const nameOfSource = ({ authority, name }: Pick<Source, 'authority' | 'name'>): string =>
  `${authority.slug}/${name}`

/**
 * Whose administrators govern a source: its authority's, and those of the successors that it was carried to. Undefined
 * where there is no such authority.
 */
export function governorsOfSource (
  directory: Directory, authorityName: string, name: string
): readonly number[] | undefined {
  const source = sourceNamed(directory, authorityName, name)
  if (source !== undefined) return [source.authority_id, ...source.carried_to]
  const authority = directory.authority(authorityName)
  return isUnknown(authority) ? undefined : [authority.id]
}

/** Throws `ProblemError` (not-found) where there is no such source. */
export function findSource (directory: Directory, authorityName: string, name: string): Source {
  const source = sourceNamed(directory, authorityName, name)
  if (source !== undefined) return source
  const { slug } = known(directory.authority(authorityName), 'unknown-authority', 'authority')
  throw new ProblemError('not-found', `${slug} has no source ${name}; create it with PUT /v1/sources/${slug}/${name}.`)
}

// A council that has ended is found by nothing but the name of its own, as is what it owns.
function sourceNamed (directory: Directory, authorityName: string, name: string): Source | undefined {
  const authority = directory.authority(authorityName)
  return (isUnknown(authority) ? undefined : directory.source(authority, name)) ??
    directory.sources.find((source) =>
      source.name === name && [source.authority.slug, source.authority.gss].includes(authorityName)
    )
}

/** From now on it sends nothing: its tokens are revoked, and what it sent stays, under its name. */
export async function endSource (change: CatalogueChange, source: Source): Promise<void> {
  const subject = nameOfSource(source)
  const entry = { action: 'delete-source', subject, detail: {}, authorityId: source.authority_id }
  await changeCatalogue(change, entry, async (trx, at) => {
    if (!await removeSource(trx, source.id, at)) throw new ProblemError('not-found', `There is no source ${subject}.`)
  })
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
