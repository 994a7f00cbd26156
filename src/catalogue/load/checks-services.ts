import { parseDay } from '../../domain/calendar.ts'
import { DIGITAL_CLASSES } from '../../domain/kpi/definition.ts'
import { SHIPPED_MEASURES } from '../../domain/measure.ts'
import type { Line, Report } from './files.ts'
import type { At, ShippedChannel, ShippedService } from './shipped.ts'
import { SLUG, SLUG_RULE } from './spans.ts'

const KINDS = ['transaction', 'information']
const STATUSES = ['live', 'discontinued']
const TIER = /^(county|district|unitary)(\/(county|district|unitary))*$|^all$/
const MOST_CHARACTERS = 80

export function checkServices (services: ReadonlyArray<At<ShippedService>>, list: Line[], report: Report): void {
  checkSlugs(services, 'services.csv', report)
  const measures = new Set(SHIPPED_MEASURES.map(({ slug }) => slug))
  for (const { at, row } of services) {
    const { slug, kind, providing_tier: tier, status, valid_to: ended, denominator } = row
    if (slug.length > MOST_CHARACTERS) report(at, `${slug} is longer than ${MOST_CHARACTERS} characters; shorten it`)
    if (row.title === '') report(at, `${slug} has no title; write one`)
    if (!Number.isInteger(row.lgsl) || row.lgsl <= 0) report(at, `${slug} needs an LGSL number`)
    if (row.lgil !== null && !Number.isInteger(row.lgil)) report(at, `the LGIL number of ${slug} is none; mend it`)
    if (!KINDS.includes(kind)) report(at, `the kind of ${slug} is ${kind}; write ${KINDS.join(' or ')}`)
    if (tier !== null && !TIER.test(tier)) {
      report(at, `${tier} is no providing tier; write all, or tiers with / between, as county/unitary`)
    }
    if (!STATUSES.includes(status)) report(at, `the status of ${slug} is ${status}; write ${STATUSES.join(' or ')}`)
    if (status === 'discontinued' && (ended === null || parseDay(ended) === undefined)) {
      report(at, `${slug} is discontinued, but nobody says when; write the day in the column modified of lgsl.csv`)
    }
    if (denominator !== null && !measures.has(denominator)) {
      report(at, `the denominator ${denominator} is no measure; use one of src/domain/measure.ts`)
    }
  }
  const numbers = new Map<string, string>()
  for (const { at, cells: { lgsl = '' } } of list) {
    const earlier = numbers.get(lgsl)
    if (earlier !== undefined) report(at, `the number ${lgsl} stands at ${earlier} too; remove one of the lines`)
    numbers.set(lgsl, at)
  }
}

export function checkChannels (channels: ReadonlyArray<At<ShippedChannel>>, report: Report): void {
  checkSlugs(channels, 'channels.csv', report)
  const classes: readonly string[] = DIGITAL_CLASSES
  const owners = new Map(channels.map((one) => [one.row.slug, one]))
  for (const one of channels) {
    const { at, row: { slug, label, digital_class: digital, aliases } } = one
    if (label === '') report(at, `${slug} has no label; write one`)
    if (!classes.includes(digital)) {
      report(at, `the digital_class of ${slug} is ${digital}; write one of ${classes.join(', ')}`)
    }
    for (const alias of aliases.map((name) => name.toLowerCase())) {
      const other = owners.get(alias)
      if (other !== undefined && other !== one) {
        report(at, `${alias} is a name of ${other.row.slug} (${other.at}) too; let it mean one of them`)
      }
      owners.set(alias, one)
    }
  }
}

function checkSlugs (rows: ReadonlyArray<At<{ slug: string }>>, file: string, report: Report): void {
  const seen = new Map<string, string>()
  for (const { at, row: { slug } } of rows) {
    if (!SLUG.test(slug)) report(at, `${slug} is no slug; ${SLUG_RULE}`)
    const earlier = seen.get(slug)
    if (earlier !== undefined) report(at, `the slug ${slug} stands at ${earlier} too; change the one in ${file}`)
    seen.set(slug, at)
  }
}
