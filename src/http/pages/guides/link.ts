import { posix } from 'node:path'
import { INDEX, type Guide } from './guide.ts'

/**
 * Where a link of a guide leads on the pages of the service, from the root of the service; undefined: to a file of the
 * repository that is not served.
 */
export function targetOf (guides: ReadonlyMap<string, Guide>, from: Guide, href: string): string | undefined {
  const [path = '', anchor] = href.split('#')
  const target = posix.join(posix.dirname(from.path), path).replace(/\/$/, '')
  const address = addressOf(guides, target)
  return address === undefined || anchor === undefined ? address : `${address}#${anchor}`
}

function addressOf (guides: ReadonlyMap<string, Guide>, target: string): string | undefined {
  if (target === 'openapi.yaml') return target
  if (target === INDEX || target === 'docs') return 'docs/guides'
  if (target === 'docs/adr') return 'docs/guides/adr'
  const guide = guides.get(target)
  return guide && `docs/guides/${guide.name}`
}
