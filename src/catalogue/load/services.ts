import { slugOf } from '../areas.ts'
import { orNull, type Line } from './files.ts'
import type { At, ShippedService } from './shipped.ts'

const MOST_CHARACTERS = 80

/**
 * The services with interactions, as `services.csv` has them, and every other number of the Local Government Services
 * List as a service of its own. Status, scope note and an unsaid tier are the number's. A discontinued one takes data
 * about days up to the one on which the list was changed.
 */
export function shippedServices (lines: Line[], list: Line[]): Array<At<ShippedService>> {
  const entries = new Map(list.map((line) => [line.cells['lgsl'], line]))
  const own = lines.map(({ at, cells }) => {
    const entry = entries.get(cells['lgsl'])?.cells
    const row: ShippedService = {
      slug: cells['slug'] ?? '',
      title: cells['title'] ?? '',
      lgsl: Number(cells['lgsl']),
      lgil: cells['lgil'] === '' ? null : Number(cells['lgil']),
      lgsl_label: cells['lgsl_label'] ?? '',
      lgil_label: orNull(cells['lgil_label']),
      kind: cells['kind'] ?? '',
      providing_tier: orNull(cells['providing_tier']) ?? orNull(entry?.['providing_tier']),
      core: cells['core'] === 'yes',
      denominator: orNull(cells['denominator']),
      uri: cells['uri'] ?? '',
      evidence: cells['evidence'] ?? '',
      ...standing(orNull(cells['status']) ?? orNull(entry?.['status']) ?? 'live', entry)
    }
    return { at, row }
  })
  const numbers = new Set(own.map(({ row }) => String(row.lgsl)))
  const taken = new Set(own.map(({ row }) => row.slug))
  const others = list.filter(({ cells }) => !numbers.has(cells['lgsl'] ?? ''))
  const [live = [], discontinued = []] = [true, false].map((wanted) =>
    others.filter(({ cells }) => (cells['status'] === 'live') === wanted)
  )
  return [...own, ...[...live, ...discontinued].map((line) => listed(line, taken))] // a live one has the plain slug
}

function listed ({ at, cells }: Line, taken: Set<string>): At<ShippedService> {
  const { lgsl = '', label = '' } = cells
  const name = slugOf(label)
  const slug = name.length > MOST_CHARACTERS || taken.has(name) ? withNumber(name, lgsl) : name
  taken.add(slug)
  const row: ShippedService = {
    slug,
    title: label,
    lgsl: Number(lgsl),
    lgil: null,
    lgsl_label: label,
    lgil_label: null,
    kind: cells['kind'] ?? '',
    providing_tier: orNull(cells['providing_tier']),
    core: false,
    denominator: null,
    uri: `http://id.esd.org.uk/service/${lgsl}`,
    evidence: 'Local Government Services List',
    ...standing(cells['status'] ?? '', cells)
  }
  return { at, row }
}

/** A slug that no other service has, cut between words where it would be too long. */
function withNumber (slug: string, lgsl: string): string {
  const room = MOST_CHARACTERS - lgsl.length - 1
  if (slug.length <= room) return `${slug}-${lgsl}`
  const end = slug.lastIndexOf('-', room)
  return `${slug.slice(0, end > 0 ? end : room)}-${lgsl}`
}

function standing (status: string, entry: Line['cells'] | undefined) {
  return {
    status: status as ShippedService['status'],
    scope_note: entry?.['scope_note'] ?? '',
    valid_to: status === 'discontinued' ? orNull(entry?.['modified']) : null
  }
}
