import t from 'tap'
import { readTexts, type FileName, type Texts } from '../../src/catalogue/load/files.ts'
import { ShippedFilesError } from '../../src/catalogue/load/problems.ts'
import { readShipped } from '../../src/catalogue/load/read.ts'
import type { Shipped } from '../../src/catalogue/load/shipped.ts'
import { deliversByTier } from '../../src/domain/provision.ts'

const texts = readTexts()
const shipped = readShipped(texts)
const TODAY = '2026-11-28'
interface Dated { valid_from: string | null, valid_to: string | null }
const inForce = ({ valid_from: from, valid_to: to }: Dated, day: string) =>
  (from ?? '') <= day && day <= (to ?? '9')
const authority = (slug: string) =>
  shipped.authorities.map(({ row }) => row).find((row) => row.slug === slug && row.valid_to === null)!
const delivers = (slug: string, service: string, from: Shipped = shipped) => {
  const { key, tier } = authority(slug)
  const said = from.provision.find(({ row }) => row.authority === key && row.service === service)?.row
  const { providing_tier: tier2 } = from.services.find(({ row }) => row.slug === service)!.row
  if (said === undefined) return [deliversByTier(tier2, tier)]
  return said.provider === null ? [said.delivers] : [said.delivers, said.provider]
}
const wards = (code: string) => shipped.areas.filter(({ row }) => row.code === code).map(({ row }) => row)

t.test('the shipped files pass every check, and are whole', async (t) => {
  t.equal(shipped.authorities.filter(({ row }) => inForce(row, TODAY)).length, 405)
  const live = shipped.services.filter(({ row }) => row.status === 'live').map(({ row }) => row.lgsl)
  const listed = texts.lgsl.split('\n').flatMap((line) => /^(\d+),.*?,live,[ti]\w+,/.exec(line)?.[1] ?? [])
  t.equal(listed.length, 978)
  t.same(listed.map(Number).filter((number) => !live.includes(number)), [])
  t.equal(new Set(shipped.areas.map(({ row }) => row.code)).size, 15_728)
})

t.test('every council without a county has wards on every day since 2016', async (t) => {
  const byAuthority = Map.groupBy(shipped.areas, ({ row }) => row.authority)
  const days = Array.from({ length: 44 }, (_, i) => `${2016 + Math.floor(i / 4)}-${['02', '04', '06', '11'][i % 4]}-01`)
  for (const { row } of shipped.authorities) {
    if (row.tier === null || row.tier === 'county' || (row.valid_to ?? '9') < '2016') continue
    const without = days.filter((day) =>
      inForce(row, day) && !(byAuthority.get(row.key) ?? []).some(({ row: ward }) => inForce(ward, day))
    )
    if (without.length > 0) t.fail(`${row.slug} has no ward on ${without.join(', ')}`)
  }
})

t.test('wards come in and end with elections and councils', async (t) => {
  const dates = (code: string) => wards(code).map((row) => [row.authority, row.valid_from, row.valid_to])
  t.same(dates('E05014200'), [
    ['E07000026', '2022-05-05', '2023-03-31'], ['E06000063', '2023-04-01', null]
  ], 'passed from Allerdale to Cumberland')
  t.same(dates('E05014284'), [['E06000065', '2023-04-01', null]], 'of North Yorkshire from its beginning')
  t.same(dates('E05013120').map(([, from]) => from), ['2020-04-01'], 'Buckinghamshire’s, a year before its first elections')
  t.same(dates('E05002674').map(([, , to]) => to), ['2020-03-31'], 'Aylesbury Vale’s end with it')
  t.same(wards('E05016426').map(({ name, slug, valid_from: from, dates_basis: basis }) => [name, slug, from, basis]), [
    ['Meriden & Arden', 'meriden-arden', '2026-05-07', 'stated']
  ])
  t.match(wards('E05000026'), [{ valid_from: null, valid_to: '2022-05-04', dates_basis: 'derived: left-when-new-came' }])
  const inGlasgow = shipped.areas.filter(({ row }) => row.authority === 'S12000049' && inForce(row, TODAY))
  t.equal(inGlasgow.length, 23, 'the wards of an old code are those of the new one')
})

t.test('a number of the list without an interaction is a service by its label', async (t) => {
  const service = (slug: string) => shipped.services.find(({ row }) => row.slug === slug)?.row
  t.match(service('zoo-licence'), {
    title: 'Zoo licence',
    lgsl: 699,
    lgil: null,
    kind: 'transaction',
    status: 'live',
    providing_tier: null,
    uri: 'http://id.esd.org.uk/service/699'
  })
  t.match(service('street-cafe-licence'), { title: 'Street café licence', providing_tier: 'county/unitary' })
  t.match(service('criminal-behaviour-order'), { lgsl: 1751, status: 'live' })
  t.match(service('criminal-behaviour-order-1696'), { status: 'discontinued', valid_to: '2019-01-25' })
  t.match(service('renew-older-persons-bus-pass'), { lgsl: 273, status: 'live', valid_to: null, core: true })
  t.match(service('joining-a-library-providing-information'), { providing_tier: 'county/unitary' })
})

t.test('who delivers is said by rules of the files', async (t) => {
  const taxes = shipped.services.filter(({ row }) => /^council tax/i.test(row.lgsl_label)).map(({ row }) => row.slug)
  t.ok(taxes.length > 12)
  for (const tax of taxes) t.same(delivers('belfast', tax), ['no'], tax)
  t.same(delivers('cardiff', 'pay-council-tax'), ['yes'])
  t.same(delivers('derry-strabane', 'mobile-libraries'), ['via-other-body', 'libraries-ni'])
  t.same(delivers('libraries-ni', 'mobile-libraries'), ['yes'])
  t.same(delivers('mid-ulster', 'apply-disabled-persons-bus-pass'), ['via-other-body', 'translink'])
  t.same(delivers('leeds', 'renew-older-persons-bus-pass'), ['via-other-body', 'west-yorkshire-metro'])
  t.same(delivers('barnsley', 'apply-older-persons-bus-pass'), ['via-other-body', 'travel-south-yorkshire'])
  t.same(delivers('nexus', 'renew-disabled-persons-bus-pass'), ['yes'])
  t.same(delivers('hackney', 'renew-older-persons-bus-pass'), ['yes'])
  t.same(delivers('north-yorkshire', 'report-missed-bin'), ['yes'])
  t.same(delivers('somerset', 'road-gritting-information'), ['yes'])
  t.same(delivers('leeds', 'zoo-licence'), ['unknown'])
  t.same(delivers('translink', 'zoo-licence'), ['unknown'])
})

/** The files with few of the wards: read often, they take long. */
const few: Texts = {
  ...texts, wards: texts.wards.split(/(?<=\n)/).filter((line, i) => i === 0 || /,E09000002,|,E08000029,/.test(line)).join('')
}

/** What the checks say of the files with one thing changed in one of them. */
function problemsWith (file: FileName, ...changes: Array<[string | RegExp, string]>): string {
  const broken: Texts = { ...few, [file]: changes.reduce((text, [from, to]) => text.replace(from, to), few[file]) }
  if (broken[file] === few[file]) throw new Error(`nothing changed in ${file}`)
  try {
    readShipped(broken)
    return ''
  } catch (error) {
    if (!(error instanceof ShippedFilesError)) throw error
    return error.problems.join('\n')
  }
}

/** A change of one cell in the line that begins so. */
function cell (file: FileName, start: string, column: string, to: string): string {
  const lines = texts[file].split('\n')
  const n = lines[0]!.split(',').indexOf(column)
  const line = lines.find((one) => one.startsWith(start))!
  const cells = line.split(',')
  cells[n] = to
  return problemsWith(file, [line, cells.join(',')])
}

t.test('a broken file says which line is broken, and what to do', async (t) => {
  const authorities = (start: string, column: string, to: string) => cell('authorities', start, column, to)
  const at = (file: FileName, start: string) =>
    `${file}.csv:${texts[file].split('\n').findIndex((line) => line.startsWith(start)) + 1}: `
  const numbers = new Set(shipped.services.map(({ row }) => row.lgsl))
  const nothing = `type:county,${[...numbers].join(' ')},no,,everything,as a test\n`
  const cases: Array<[string, string, RegExp]> = [
    ['tier', authorities('E07000084,', 'gov_uk_tier', ''), /has no tier; write county, district, unitary/],
    ['nothing delivered', problemsWith('provision-rules', [/$/, nothing]), /essex delivers no service; give it the tier/],
    ['type', authorities('E07000084,', 'type', 'hundred'), /hundred is no type; write one of unitary/],
    ['code', authorities('E07000084,', 'type', 'county'), /E07000084 is no code of a county/],
    ['code left out', authorities('E07000084,', 'gss', ''), /basingstoke-and-deane has no GSS code/],
    ['region', authorities('E10000014,', 'region', 'London'), /lies in South East and its county hampshire in London/],
    ['no region', authorities('E06000001,', 'region', ''), /hartlepool has no region/],
    ['nation', authorities('E06000001,', 'nation', 'Mercia'), /Mercia is no nation/],
    ['population', authorities('E06000001,', 'population_2020', '12.5'), /population of hartlepool is no whole number/],
    ['slug', authorities('E06000001,', 'slug', 'hartle.pool'), /hartle\.pool is no slug/],
    ['two of a slug', authorities('E06000001,', 'slug', 'darlington'), /darlington is also the slug of authorities\.csv:/],
    ['parent', authorities('E07000084,', 'parent_gss', 'E10000099'), /E10000099 in parent_gss is no authority/],
    ['no parent', authorities('E07000084,', 'parent_gss', ''), /basingstoke-and-deane has no county/],
    ['member', authorities('E47000009,', 'covers', 'E06000099'), /E06000099 in covers is no authority/],
    ['combined', authorities('E06000001,', 'combined_authority_gss', 'E10000014'), /hampshire in combined_authority_gss/],
    ['successor', authorities('E07000004,', 'replaced_by', 'E06000099'), /E06000099 in replaced_by is no authority/],
    ['overlap', authorities('E07000004,', 'valid_to', '2020-04-01'), /write as valid_to the day before its successor begins/],
    ['no end', authorities('E07000004,', 'valid_to', ''), /aylesbury-vale is replaced but has no end/],
    ['no day', authorities('E07000004,', 'valid_to', '2020-02-30'), /2020-02-30 is no day of the calendar/],
    ['alias', authorities('E06000001,', 'aliases', 'shepway'), /shepway is a name of .*too; let it mean one of them/],
    ['alias is a code', authorities('E06000001,', 'former_gss', 'E06000005'), /E06000005 is a name of darlington/],
    ['twice', problemsWith('authorities', [/$/, texts.authorities.split('\n')[1]! + '\n']), /stands at .*too; remove one/],
    ['superseded', problemsWith('authority-code-aliases', ['E08000038,barnsley', 'E08000038,bradford']), /which is not bradford/],
    ['missing column', problemsWith('authorities', [',region,', ',area,']), /^authorities\.csv:1: the column region is missing/m],
    ['unreadable', problemsWith('channels', ['web,', 'web,,']), /^channels\.csv:2: cannot be read/m],
    ['digital class', problemsWith('channels', ['(take-up)', ''], ['sms,Text message,digital', 'sms,Text message,modern']), /digital_class of sms is modern/],
    ['channel alias', problemsWith('channels', ['sms|text', 'sms|twitter']), /twitter is a name of /],
    ['service slug', problemsWith('services', ['\npay-council-tax,', '\nPay council tax,']), /Pay council tax is no slug/],
    ['service twice', problemsWith('services', ['\napply-post-16-transport,', '\npay-council-tax,']), /slug pay-council-tax stands/],
    ['kind', problemsWith('lgsl', ['Zoo licence,live,transaction', 'Zoo licence,live,deal']), /kind of zoo-licence is deal/],
    ['status', problemsWith('lgsl', ['Zoo licence,live', 'Zoo licence,asleep']), /status of zoo-licence is asleep/],
    ['number twice', problemsWith('lgsl', ['\n699,', '\n700,']), /700 stands at lgsl\.csv:\d+ too/],
    ['tier of a service', problemsWith('services', ['district/unitary', 'parish']), /parish is no providing tier/],
    ['denominator', problemsWith('services', ['collections_made', 'collections']), /denominator collections is no measure/],
    ['ward code', problemsWith('wards', ['E05000026,', 'W05000026,']), /W05000026 is no code of a ward in England/],
    ['ward of nobody', problemsWith('wards', [',E09000002,E09000002,', ',E09000099,E09000002,']), /wards\.csv:2: its authority/],
    ['years', problemsWith('wards', [',2016,2022,', ',2022,2016,']), /wards\.csv:2: first_year and last_year are not years/],
    ['ward twice', problemsWith('wards', [/$/, 'E05000026,Abbey,E09000003,E09000003,2016,2019,listed-2025\n']), /E05000026 is a ward of barnet and, at wards\.csv:2, of barking/],
    ['name twice', problemsWith('wards', ['E05000027,Alibon', 'E05000027,Abbey']), /Abbey is also the name of E05000026 \(wards\.csv:2\)/],
    ['no name', problemsWith('wards', ['E05000027,Alibon', 'E05000027,--']), /E05000027 needs a name/],
    ['not in wards', problemsWith('solihull-wards', ['E05016416', 'E05099999']), /E05099999 stands not in wards\.csv/],
    ['not in solihull', problemsWith('wards', ['E05016416', 'E05099999']), /stands not in solihull-wards\.csv/],
    ['order of days', problemsWith('solihull-wards', [',2026-05-07,,', ',2026-05-07,2026-05-01,']), /begins on 2026-05-07 and ends on 2026-05-01/],
    ['provider', problemsWith('provision-rules', ['libraries-ni', 'libraries-uk']), /provider libraries-uk is no current authority/],
    ['no provider', problemsWith('provision-rules', [',translink,', ',,']), /names no provider/],
    ['scope', problemsWith('provision-rules', ['type:ni-district', 'kind:ni-district']), /kind:ni-district is no scope/],
    ['number', problemsWith('provision-rules', ['1763', '9999']), /no service has the number 9999/],
    ['delivers', problemsWith('service-provision', [',yes,', ',maybe,']), /delivers is maybe; write yes, no, via-other-body/],
    ['authority', problemsWith('service-provision', [',solihull,unitary', ',solihul,unitary']), /solihul is no current authority/],
    ['service', problemsWith('service-provision', ['report-missed-bin', 'report-missed-tin']), /report-missed-tin is no service/]
  ]
  for (const [name, problems, expected] of cases) t.match(problems, expected, name)
  t.ok(authorities('E07000084,', 'gov_uk_tier', '').startsWith(at('authorities', 'E07000084,')), 'with its line')
})

t.test('every error is told at once', async (t) => {
  const problems = problemsWith('authorities', ['unitary,unitary', 'unitary,'], ['South East', 'South'])
  t.ok(problems.split('\n').length > 1)
})
