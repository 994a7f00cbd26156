import type { Directory } from '../catalogue/directory.ts'
import type { DisclosureLevel } from '../domain/disclosure/rule.ts'
import type { Viewer } from './session.ts'

/** Whether the viewer reads an authority's figures at a level from releases: those by ward and street alone. */
export function readsReleases (viewer: Pick<Viewer, 'seesAll'>, authorityId: number, level: DisclosureLevel): boolean {
  return level !== 'authority' && !viewer.seesAll(authorityId)
}

/** Whether anything of the authority's own figures may be suppressed for the viewer. Where not, no plan is read. */
export function maySuppress (
  directory: Directory, viewer: Pick<Viewer, 'seesAll'>, authorityId: number, serviceId: number
): boolean {
  return !viewer.seesAll(authorityId) &&
    directory.disclosureRule(authorityId, serviceId, 'authority').threshold !== null
}

/** Whether the viewer gets every figure of the authority down to a level as it is: none suppressed, none rounded. */
export function publishesAsIs (
  directory: Directory, viewer: Pick<Viewer, 'seesAll'>, authorityId: number, serviceId: number, level: DisclosureLevel
): boolean {
  return viewer.seesAll(authorityId) || (
    level === 'authority' &&
    !maySuppress(directory, viewer, authorityId, serviceId) &&
    directory.disclosureRule(authorityId, serviceId, level).roundTo === null
  )
}
