import t from 'tap'
import { Directory } from '../../src/catalogue/directory.ts'
import { readTexts } from '../../src/catalogue/load/files.ts'
import { readShipped } from '../../src/catalogue/load/read.ts'
import { NO_ROWS, type CatalogueRows } from '../../src/catalogue/store/catalogue.ts'
import { parseDay } from '../../src/domain/calendar.ts'
import { LONGEST_TITLE, Titles, within } from '../../src/open-data/titles.ts'

const shipped = readShipped(readTexts())
const numbered = <T>(rows: ReadonlyArray<{ row: T }>) => rows.map(({ row }, i) => ({ ...row, id: i + 1 }))
const rows = {
  ...NO_ROWS,
  authorities: numbered(shipped.authorities) as CatalogueRows['authorities'],
  services: numbered(shipped.services) as CatalogueRows['services']
}
const directory = new Directory(rows, parseDay('2026-06-01') ?? 0)

t.test('every service of every authority has a title of its own that portals show whole', (t) => {
  const titles = new Titles(directory)
  const words = new Set(directory.services.flatMap(({ title }) => title.split(' ').map((word) => word.replace(/[,;:]$/, ''))))
  const seen = new Set<string>()
  let [longest, cut] = [0, 0]
  for (const authority of directory.everyAuthority) {
    for (const service of directory.services) {
      const title = titles.of(authority, service)
      if (seen.has(title)) t.fail(`twice: ${title}`)
      seen.add(title)
      longest = Math.max(longest, title.length)
      const shown = title.slice(0, title.lastIndexOf(': ')).replace(/ \([^)]*\)$/, '')
      if (!shown.endsWith('…')) continue
      cut++
      const last = shown.slice(0, -1).split(' ').at(-1) ?? ''
      if (!words.has(last) || /^(of|the|and|for)$/.test(last)) t.fail(`cut within or behind a word: ${title}`)
    }
  }
  t.ok(directory.everyAuthority.length > 400)
  t.ok(directory.services.length >= 137)
  t.equal(seen.size, directory.everyAuthority.length * directory.services.length)
  t.equal(longest, LONGEST_TITLE)
  t.ok(cut > 1000)
  t.end()
})

t.test('by the names that people use; in full where two share one', (t) => {
  const titles = new Titles(directory)
  const of = (authority: string, service: string, day?: string) => {
    const found = directory.authority(authority, day === undefined ? undefined : parseDay(day))
    const asked = directory.service(service)
    if (!('id' in found) || !('id' in asked)) throw new Error(`${authority} ${service}`)
    return titles.of(found, asked)
  }
  t.equal(of('solihull', 'report-missed-bin'), 'Report a missed bin: Solihull')
  t.equal(of('somerset', 'report-missed-bin', '2020-01-01'), 'Report a missed bin: Somerset County Council')
  t.equal(of('somerset', 'report-missed-bin', '2024-01-01'), 'Report a missed bin: Somerset')
  t.equal(of('solihull', 'library-catalogues-applications-for-service'), 'Library catalogues: Solihull')
  t.equal(of('solihull', 'library-catalogues-providing-information'), 'Library catalogues (439/8): Solihull')
  t.end()
})

t.test('a title that is cut ends with a word that means something', (t) => {
  t.equal(within('Find out about potholes', 23), 'Find out about potholes')
  t.equal(within('Find out about potholes', 22), 'Find out…')
  t.equal(within('Roads, bridges, and tunnels', 24), 'Roads, bridges…')
  t.end()
})

t.test('two bodies of one name go by their full names', (t) => {
  const [one, two] = rows.authorities.filter(({ slug }) => ['solihull', 'leeds'].includes(slug))
  if (one === undefined || two === undefined) throw new Error('an empty catalogue')
  const same = new Directory({ ...rows, authorities: [one, { ...two, short_name: one.short_name }] }, directory.today)
  const titles = new Titles(same)
  const [service] = same.services
  if (service === undefined) throw new Error('no service')
  t.same(same.everyAuthority.map((authority) => titles.of(authority, service)), [
    `${service.title}: ${one.name}`, `${service.title}: ${two.name}`
  ])
  t.end()
})

t.test('what no word of fits has a number', (t) => {
  const [service] = rows.services
  const [authority] = rows.authorities
  if (service === undefined || authority === undefined) throw new Error('an empty catalogue')
  const long = new Directory({
    ...rows,
    authorities: [{ ...authority, short_name: 'n'.repeat(60), name: 'n'.repeat(60) }],
    services: [{ ...service, title: 't'.repeat(90) }, { ...service, id: 2, slug: 'b', title: service.title }]
  }, directory.today)
  const [found, of] = [long.everyAuthority[0], new Titles(long)]
  if (found === undefined) throw new Error('nobody')
  t.same(long.services.map((one) => of.of(found, one)), [
    `Service no. 1: ${found.slug}`, `${service.title}: ${found.slug}`
  ])
  t.end()
})
