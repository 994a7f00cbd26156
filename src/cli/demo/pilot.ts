import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { PROFILES, type Profile } from './profiles.ts'

/** A council system of the demo: who owns it, and on whom it delivers what. */
export interface DemoSource {
  owner: string
  delivers: Array<{ authority: string, profile: Profile }>
}

const FILE = join(import.meta.dirname, '../../catalogue/data/service-provision.csv')

/** One source for each body that delivers: the authority itself, or the transport body that does it for several. */
export function pilotSources (): DemoSource[] {
  const rows = parse(readFileSync(FILE, 'utf8'), { columns: true }) as unknown as Array<Record<string, string>>
  const byOwner = new Map<string, DemoSource>()
  for (const { authority_slug: authority = '', service, delivers, provider_slug: owner = '' } of rows) {
    const profile = PROFILES.find((one) => one.service === service)
    if (delivers === 'no' || profile === undefined) continue
    const source = byOwner.get(owner) ?? { owner, delivers: [] }
    source.delivers.push({ authority, profile })
    byOwner.set(owner, source)
  }
  return [...byOwner.values()]
}
