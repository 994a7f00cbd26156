import type { Report } from './files.ts'
import type { Shipped } from './shipped.ts'
import { checkDates, eachClash, firstDay, lastDay, SLUG } from './spans.ts'

/** How ONS begins the codes of the wards of each nation. */
const CODES: Record<string, RegExp> = {
  England: /^E05\d{6}$/, Wales: /^W05\d{6}$/, Scotland: /^S13\d{6}$/, 'Northern Ireland': /^N08\d{6}$/
}

/** A code is one ward of one authority on each day, and a name one ward of an authority. */
export function checkWards ({ areas, authorities }: Shipped, report: Report): void {
  const byKey = new Map(authorities.map(({ row }) => [row.key, row]))
  const nameOf = (key: string): string => byKey.get(key)?.slug ?? key
  for (const ward of areas) {
    checkDates(ward, report)
    const { at, row } = ward
    const council = byKey.get(row.authority)
    if (council === undefined) continue // said where it was looked for
    if (CODES[council.nation]?.test(row.code) !== true) {
      report(at, `${row.code} is no code of a ward in ${council.nation}; mend the code or the authority`)
    }
    if (row.name === '' || !SLUG.test(row.slug)) report(at, `${row.code} needs a name with a letter or digit`)
    if (lastDay(row) > lastDay(council)) {
      report(at, `${row.code} is there after ${council.slug} ended; end it with its council`)
    }
    if (row.valid_from !== null && firstDay(row) < firstDay(council)) {
      report(at, `${row.code} is there before ${council.slug} began; begin it with its council`)
    }
  }
  eachClash(areas, ({ code }) => code, ({ at, row }, earlier) => {
    report(
      at,
      `${row.code} is a ward of ${nameOf(row.authority)} and, at ${earlier.at}, of ` +
        `${nameOf(earlier.row.authority)} on one day; keep one, or end one before the other begins`
    )
  })
  eachClash(areas, ({ authority, slug }) => `${authority} ${slug}`, ({ at, row }, earlier) => {
    if (earlier.row.code === row.code) return
    report(at, `${row.name} is also the name of ${earlier.row.code} (${earlier.at}) on one day; mend a year or a name`)
  })
}
