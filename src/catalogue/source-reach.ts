import { ProblemError } from '../errors.ts'
import type { Authority, Directory, Service, Source } from './directory.ts'
import { governs, type Principal } from './principal.ts'

interface Sending { directory: Directory, principal: Principal, authority: Authority, before: Source | undefined }

/**
 * Throws `ProblemError` (forbidden) where an administrator lets a source report on an authority that is neither one of
 * its own, nor has the source's authority as its provider of every service named, nor has it already for them.
 */
export function mustProvide (
  { directory, principal, authority, before }: Sending, about: readonly Authority[], services: readonly Service[]
): void {
  const provides = (other: Authority, service: Service): boolean => {
    const { delivers, provider } = directory.provision(other, service)
    return delivers === 'via-other-body' && provider?.id === authority.id
  }
  const hasAlready = (other: Authority, service: Service): boolean =>
    before?.provider_for.includes(other.id) === true && before.services.includes(service.id)
  for (const other of about) {
    if (governs(principal, other.id)) continue
    const beyond = services.find((service) => !provides(other, service) && !hasAlready(other, service))
    if (beyond === undefined) continue
    throw new ProblemError(
      'forbidden',
      `${authority.slug} does not provide ${beyond.slug} for ${other.slug}, as the catalogue has it: ask the ` +
        'operator to say so in its provision, or in provider_for.'
    )
  }
}

/** The authorities that a source may send rows about. */
export const reportsOn = ({ authority_id: own, provider_for: others }: Pick<Source, 'authority_id' | 'provider_for'>) =>
  [own, ...others]

/**
 * Throws where a row is about an authority that its source may not report on: a fault of this service, since such rows
 * are refused before. Rows that are appended by COPY have no other guard (docs/adr/0037-row-level-security.md).
 */
export function mustReportOn (source: Source, rows: ReadonlyArray<{ authorityId: number }>): void {
  const ids = new Set(reportsOn(source))
  const foreign = rows.find(({ authorityId }) => !ids.has(authorityId))
  if (foreign === undefined) return
  throw new Error(`a row about authority ${foreign.authorityId} of ${source.authority.slug}/${source.name}`)
}
