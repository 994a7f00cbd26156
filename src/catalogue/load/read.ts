import { shippedAuthorities } from './authorities.ts'
import { shippedChannels } from './channels.ts'
import { checkAuthorities } from './checks-authorities.ts'
import { checkChannels, checkServices } from './checks-services.ts'
import { checkNames } from './checks-names.ts'
import { checkWards } from './checks-wards.ts'
import { linesOf, type Report, type Texts } from './files.ts'
import { ShippedFilesError } from './problems.ts'
import { shippedProvision } from './provision.ts'
import { shippedServices } from './services.ts'
import type { Shipped } from './shipped.ts'
import { shippedWards } from './wards.ts'

/** The shipped catalogue. Throws `ShippedFilesError` with every line that breaks a check. */
export function readShipped (texts: Texts): Shipped {
  const problems: string[] = []
  const report: Report = (at, detail) => {
    problems.push(`${at}: ${detail}`)
  }
  const lines = (name: keyof Texts) => linesOf(texts, name, report)
  const aliases = lines('authority-code-aliases')
  const authorities = shippedAuthorities(lines('authorities'), aliases, report)
  const list = lines('lgsl')
  const services = shippedServices(lines('services'), list)
  const channels = shippedChannels(lines('channels'))
  const areas = shippedWards(lines('wards'), lines('solihull-wards'), authorities, report)
  const [overrides, rules] = [lines('service-provision'), lines('provision-rules')]
  const provision = shippedProvision(overrides, rules, authorities, services, report)
  const shipped = { authorities, services, channels, areas, provision }
  checkAuthorities(shipped, report)
  checkNames(authorities, report)
  checkServices(services, list, report)
  checkChannels(channels, report)
  checkWards(shipped, report)
  if (problems.length > 0) throw new ShippedFilesError(problems)
  return shipped
}
