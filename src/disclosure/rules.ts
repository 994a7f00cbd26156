import type { Directory } from '../catalogue/directory.ts'
import type { DisclosureLevel } from '../domain/disclosure/rule.ts'
import type { Viewer } from './session.ts'

const DOWN_TO: Record<DisclosureLevel, readonly DisclosureLevel[]> = {
  authority: ['authority'], ward: ['authority', 'ward'], street: ['authority', 'ward', 'street']
}

/** A level after those above it, whose figures are sums of its own. */
export const levelsDownTo = (level: DisclosureLevel): readonly DisclosureLevel[] => DOWN_TO[level]

/** Whether anything of the authority may be suppressed for the viewer at a level. Where not, no plan is read. */
export function maySuppress (
  directory: Directory, viewer: Pick<Viewer, 'seesAll'>, authorityId: number, serviceId: number, level: DisclosureLevel
): boolean {
  return !viewer.seesAll(authorityId) &&
    levelsDownTo(level).some((one) => directory.disclosureRule(authorityId, serviceId, one).threshold !== null)
}

/** Whether the viewer gets every figure of the authority down to a level as it is: none suppressed, none rounded. */
export function publishesAsIs (
  directory: Directory, viewer: Pick<Viewer, 'seesAll'>, authorityId: number, serviceId: number, level: DisclosureLevel
): boolean {
  return viewer.seesAll(authorityId) ||
    (!maySuppress(directory, viewer, authorityId, serviceId, level) &&
      directory.disclosureRule(authorityId, serviceId, level).roundTo === null)
}
