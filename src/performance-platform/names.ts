import { isUnknown, type Authority, type Directory } from '../catalogue/directory.ts'
import { governs, type Principal } from '../catalogue/principal.ts'
import { ProblemError } from '../errors.ts'

/**
 * Throws `ProblemError` (forbidden) where a data group or a dashboard's address is for others than the administrator:
 * it begins with the name of another authority, as its typed data do, or is that of a service, where all of them are.
 */
export function mustBeFree (directory: Directory, principal: Principal, name: string): void {
  if (!isUnknown(directory.service(name))) {
    throw new ProblemError('forbidden', `${name} is the place of a service of all authorities: take another name.`)
  }
  const owner = authorityNamed(directory, name)
  if (owner !== undefined && !governs(principal, owner.id)) {
    throw new ProblemError('forbidden', `${name} is named after ${owner.slug}: take another name.`)
  }
}

/** The authority whose name, the longest there is, a name begins with. */
function authorityNamed ({ authorities }: Directory, name: string): Authority | undefined {
  const owners = authorities.filter(({ slug }) => name === slug || name.startsWith(`${slug}-`))
  return owners.sort((a, b) => b.slug.length - a.slug.length)[0]
}
