import type { Source } from './directory.ts'

/** Who sends a request, as its bearer token proves. `tokenId` is null for secrets of the environment. */
export type Principal =
  | { kind: 'operator', tokenId: string | null }
  | { kind: 'monitor', tokenId: null }
  | { kind: 'administrator', tokenId: string, authorities: readonly number[] }
  | { kind: 'reader', tokenId: string, authorities: readonly number[], scopes: readonly string[] }
  | { kind: 'source', tokenId: string, source: Source, scopes: readonly string[], sandbox: boolean }

/** Whether somebody governs an authority: its settings, people and systems. To report on one is not to govern it. */
export function governs (principal: Principal, authorityId: number): boolean {
  return principal.kind === 'operator' ||
    (principal.kind === 'administrator' && principal.authorities.includes(authorityId))
}

/** Who it was, for the audit trail. */
export function actorOf (principal: Principal): string {
  switch (principal.kind) {
    case 'operator': return principal.tokenId === null ? 'operator' : `operator ${principal.tokenId}`
    case 'monitor': return 'monitor'
    case 'source': return `${principal.source.authority.slug}/${principal.source.name}`
    default: return `${principal.kind} ${principal.tokenId}`
  }
}
