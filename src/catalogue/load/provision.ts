import { orNull, words, type Line, type Report } from './files.ts'
import type { At, ShippedAuthority, ShippedProvision, ShippedService } from './shipped.ts'

const DELIVERS = ['yes', 'no', 'via-other-body']

/** Who delivers what, where the tier does not say it. A line on one authority and service goes before the rules. */
export function shippedProvision (
  lines: Line[],
  rules: Line[],
  authorities: ReadonlyArray<At<ShippedAuthority>>,
  services: ReadonlyArray<At<ShippedService>>,
  report: Report
): Array<At<ShippedProvision>> {
  const known = {
    authorities: authorities.map(({ row }) => row),
    current: new Map(authorities.filter(({ row }) => row.valid_to === null).map(({ row }) => [row.slug, row])),
    slugs: new Set(services.map(({ row }) => row.slug)),
    byNumber: Map.groupBy(services.map(({ row }) => row), ({ lgsl }) => String(lgsl))
  }
  const found = new Map<string, At<ShippedProvision>>()
  for (const one of [...rules.flatMap((line) => ofRule(line, known, report)), ...ofLines(lines, known, report)]) {
    found.set(`${one.row.authority} ${one.row.service}`, one)
  }
  return [...found.values()]
}

interface Known {
  authorities: ShippedAuthority[]
  current: Map<string, ShippedAuthority>
  slugs: Set<string>
  byNumber: Map<string, ShippedService[]>
}

function ofLines (lines: Line[], known: Known, report: Report): Array<At<ShippedProvision>> {
  return lines.flatMap(({ at, cells }) => {
    const { authority_slug: slug = '', service = '', delivers = '', provider_slug: other = '', basis = '' } = cells
    const authority = known.current.get(slug)
    if (authority === undefined) report(at, `${slug} is no current authority; use a slug of authorities.csv`)
    if (!known.slugs.has(service)) report(at, `${service} is no service; use a slug of services.csv`)
    const provider = providerOf({ at, cells }, delivers, other, known, report)
    if (authority === undefined || !known.slugs.has(service) || provider === undefined) return []
    return [{ at, row: { authority: authority.key, service, delivers, provider, basis } as ShippedProvision }]
  })
}

/** Rows of a rule for everybody in its scope; whoever delivers for others delivers for itself too. */
function ofRule (line: Line, known: Known, report: Report): Array<At<ShippedProvision>> {
  const { at, cells: { scope = '', lgsl = '', delivers = '', provider: other = '', basis = '' } } = line
  const services = words(lgsl).flatMap((number) => {
    const those = known.byNumber.get(number) ?? []
    if (those.length === 0) report(at, `no service has the number ${number}; use numbers of lgsl.csv`)
    return those
  })
  const rows: Array<At<ShippedProvision>> = []
  const add = (authority: ShippedAuthority, by: string, provider: string | null, why: string): void => {
    for (const { slug: service } of services) {
      const row = { authority: authority.key, service, delivers: by, provider, basis: why } as ShippedProvision
      rows.push({ at, row })
    }
  }
  const deliversItself = (body: ShippedAuthority): void =>
    add(body, 'yes', null, `delivers it for the authorities it covers: ${basis}`)
  for (const word of words(scope)) {
    const [how, type = ''] = word.split(':')
    const those = known.authorities.filter((authority) => authority.type === type)
    if (those.length === 0 || (how !== 'type' && how !== 'covered-by')) {
      report(at, `${word} is no scope; write type:… or covered-by:… and a type of authorities.csv`)
    } else if (how === 'type') {
      const provider = providerOf(line, delivers, other, known, report)
      if (provider === undefined) continue
      for (const authority of those) add(authority, delivers, provider, basis)
      const body = known.current.get(other)
      if (provider !== null && body !== undefined) deliversItself(body)
    } else {
      for (const body of those.filter(({ valid_to: ended }) => ended === null)) {
        const covered = known.authorities.filter(({ gss }) => gss !== null && body.covers.includes(gss))
        for (const authority of covered) add(authority, 'via-other-body', body.key, basis)
        deliversItself(body)
      }
    }
  }
  return rows
}

/** The key of the body that delivers, null where none other does; undefined, and reported, where it is not known. */
function providerOf (
  { at }: Line, delivers: string, provider: string, known: Known, report: Report
): string | null | undefined {
  if (!DELIVERS.includes(delivers)) {
    report(at, `delivers is ${delivers}; write ${DELIVERS.join(', ')}`)
    return undefined
  }
  const name = orNull(provider)
  const body = known.current.get(provider)
  if (name !== null && body === undefined) {
    report(at, `the provider ${name} is no current authority; use a slug of authorities.csv`)
    return undefined
  }
  if (delivers !== 'via-other-body') return null
  if (body === undefined) report(at, 'names no provider; say which body delivers it')
  return body?.key
}
