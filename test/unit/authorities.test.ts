import t from 'tap'
import { Authorities, type Authority } from '../../src/catalogue/authorities.ts'
import { isUnknown } from '../../src/catalogue/suggest.ts'
import { Wards } from '../../src/catalogue/wards.ts'
import { parseDay } from '../../src/domain/calendar.ts'
import { fold, foldCouncil, foldWard, isCode } from '../../src/domain/fold.ts'

const day = (text: string): number => parseDay(text) ?? 0
type Row = ConstructorParameters<typeof Authorities>[0][number]
let id = 0
const row = (slug: string, name: string, more: Partial<Row> = {}): Row => {
  id++
  return {
    id,
    key: more.gss ?? slug,
    slug,
    gss: null,
    name,
    short_name: name,
    type: 'district',
    tier: 'district',
    combined_authority_gss: null,
    nation: 'England',
    region: null,
    population: null,
    valid_from: null,
    valid_to: null,
    replaced_by: [],
    former_gss: [],
    covers: [],
    attribution: '',
    parent_gss: null,
    aliases: [],
    origin: 'shipped',
    changed_at: null,
    removed_at: null,
    ...more
  }
}

const TODAY = day('2026-11-01')
const ROWS = [
  row('vale', 'Vale County Council', { gss: 'E10000901', type: 'county', valid_to: '2019-03-31', replaced_by: ['E06000901'] }),
  row('vale', 'Vale Council', { gss: 'E06000901', type: 'unitary', valid_from: '2019-04-01', former_gss: ['E06000800'] }),
  row('north-vale', 'North Vale Borough Council', {
    gss: 'E07000901', valid_to: '2019-03-31', replaced_by: ['E06000901']
  }),
  row('hill', 'Hill District Council', { gss: 'E07000902', valid_to: '2019-03-31', replaced_by: ['E06000901', 'E06000902'] }),
  row('moor', 'Moor Council', { gss: 'E06000902', type: 'unitary', valid_from: '2019-04-01' }),
  row('old-moor', 'Old Moor Council', { gss: 'E06000700', valid_to: '2009-03-31', replaced_by: ['E07000901'] }),
  row('mon', 'Cyngor Sir Ynys Môn', { gss: 'W06000901', aliases: ['Isle of Anglesey'] }),
  row('hope', 'Hope & Charity City Council', { gss: 'E07000903' }),
  row('kings-ford', "King's Ford Borough Council", { gss: 'E07000904' }),
  row('city-of-ash', 'City of Ash', { gss: 'E07000905', short_name: 'Ash City' }),
  row('ash', 'Borough of Ash', { gss: 'E07000906', short_name: 'The Borough' }),
  row('gone', 'Gone Council', { removed_at: new Date(0) })
]
const authorities = new Authorities(ROWS, TODAY)
const codeOf = (found: ReturnType<Authorities['find']>): string | null => isUnknown(found) ? `?${found.unknown}` : found.gss
const find = (name: string, on?: string): string | null =>
  codeOf(authorities.find(name, on === undefined ? undefined : day(on)))
const of = (code: string): Authority => authorities.find(code) as Authority
const slugs = (some: readonly Authority[]): string[] => some.map(({ slug }) => slug).sort()

t.test('names are folded', (t) => {
  t.equal(fold('  Rhôs-on-Sea '), 'rhos on sea')
  t.equal(fold('Rho\u0302s on Sea'), fold('Rhôs-on-Sea'), 'composed or not')
  t.equal(fold('King’s Heath & St. Mary'), fold('kings heath and saint mary'))
  for (const name of ['Sutton', 'London Borough of Sutton', 'sutton council', 'SUTTON BOROUGH COUNCIL', 'Sutton, Borough of']) {
    t.equal(foldCouncil(name), 'sutton', name)
  }
  t.equal(foldCouncil('Royal Borough of Kensington & Chelsea'), 'kensington and chelsea')
  t.equal(foldCouncil('Solihull Metropolitan Borough Council'), 'solihull')
  t.equal(foldCouncil('Bridgend County Borough Council'), 'bridgend')
  t.equal(foldCouncil('City and County of Swansea'), 'swansea')
  t.equal(foldCouncil('City of London'), 'city of london', 'which is not London')
  t.equal(foldCouncil('Council'), 'council')
  t.equal(foldWard('Shirley West Ward'), 'shirley west')
  t.equal(foldWard('Ward'), 'ward')
  t.same(['E08000029', 'e08000029', 'E0800002', 'solihull'].map(isCode), [true, true, false, false])
  t.end()
})

t.test('finds an authority as people write its name', (t) => {
  for (const [name, code] of [
    ['e06000901', 'E06000901'], ['E06000800', 'E06000901'], ['VALE', 'E06000901'], ['North  Vale', 'E07000901'],
    ['cyngor sir ynys mon', 'W06000901'], ['Cyngor Sir Ynys Mo\u0302n', 'W06000901'], ['isle-of-anglesey', 'W06000901'],
    ['Hope and Charity', 'E07000903'], ['Kings Ford Council', 'E07000904'], ['King’s Ford', 'E07000904'],
    ['Vale County Council', 'E10000901'], ['Moor', 'E06000902']
  ] as const) t.equal(find(name), code, name)
  t.equal(find('gone'), '?gone', 'what is removed is not found')
  t.equal(find(''), '?')
  t.end()
})

t.test('a name that may mean two is taken for neither, unless it is the very name of one', (t) => {
  t.match(authorities.find('Ash Council'), { ambiguous: ['city-of-ash', 'ash'] })
  t.equal(find('ash'), 'E07000906')
  t.equal(find('City of Ash'), 'E07000905')
  t.end()
})

t.test('a code is never nearly another', (t) => {
  t.match(authorities.find('E06000903'), { unknown: 'E06000903', suggestion: undefined })
  t.match(authorities.find('moorr'), { suggestion: 'moor' })
  t.end()
})

t.test('of two with one slug the one of the day is meant, and each has a slug of its own', (t) => {
  t.equal(find('vale', '2019-03-31'), 'E10000901')
  t.equal(find('vale', '2019-04-01'), 'E06000901')
  t.same([of('E10000901').slug, of('E06000901').slug], ['vale-county', 'vale'])
  t.equal(find('vale-county'), 'E10000901')
  t.equal(find('vale-unitary'), 'E06000901', 'as it was before it had the slug to itself')
  const then = new Authorities(ROWS, day('2018-01-01'))
  t.equal(codeOf(then.find('vale')), 'E10000901')
  t.equal(codeOf(then.find('vale-unitary')), 'E06000901')
  t.same(then.meant('moor', day('2018-01-01')).from, -Infinity)
  t.same(then.meant('vale', day('2018-01-01')).from, day('2018-01-01'), 'another day may mean another')
  t.equal(find('north-moor'), '?north-moor')
  t.end()
})

t.test('a made slug that is taken has the code behind it', (t) => {
  const taken = new Authorities([...ROWS, row('vale-county', 'Vale County', { gss: 'E07000999' })], TODAY)
  t.equal((taken.find('E10000901') as Authority).slug, 'vale-county-e10000901')
  t.equal(codeOf(taken.find('vale-county')), 'E07000999')
  t.equal(new Set(taken.all.map(({ slug }) => slug)).size, taken.all.length)
  t.end()
})

t.test('two of one slug and short name are told apart by their names', (t) => {
  const [old, late] = ['E10000801', 'E06000801'].map((gss, i) =>
    row('dale', i === 0 ? 'Dale County Council' : 'Dale Council', {
      gss,
      short_name: 'Dale',
      type: i === 0 ? 'county' : 'unitary',
      valid_from: i === 0 ? null : '2020-04-01',
      valid_to: i === 0 ? '2020-03-31' : null
    })
  )
  const all = new Authorities([old as Row, late as Row], TODAY).all
  t.same(all.map(({ slug, short_name: name }) => [slug, name]), [['dale-county', 'Dale County Council'], ['dale', 'Dale']])
  t.end()
})

t.test('who came before and after; one that was split is a whole predecessor of nobody', (t) => {
  const vale = of('E06000901')
  t.same(slugs(authorities.predecessorsOf(vale)), ['hill', 'north-vale', 'vale-county'])
  t.same(slugs(authorities.wholePredecessorsOf(vale)), ['north-vale', 'old-moor', 'vale-county'])
  t.same(slugs(authorities.splitPredecessorsOf(vale)), ['hill'])
  t.same(slugs(authorities.wholePredecessorsOf(of('E06000902'))), [])
  t.same(slugs(authorities.successorsOf(of('E06000700'))), ['vale'], 'of now')
  t.same(slugs(authorities.successorsOf(of('E06000700'), day('2012-01-01'))), ['north-vale'], 'of then')
  t.same(slugs(authorities.successorsOf(of('E07000902'))), ['moor', 'vale'])
  t.same(authorities.successorsOf(vale), [])
  t.equal(vale.dataFrom, day('2019-04-01'))
  t.equal(of('E07000903').dataFrom, -Infinity)
  t.end()
})

t.test('who is there on a day, and on some day of a range', (t) => {
  const on = (text: string): string[] => slugs(authorities.inForce(day(text)))
  t.ok(on('2019-03-31').includes('vale-county') && !on('2019-03-31').includes('vale'))
  t.ok(on('2019-04-01').includes('vale') && !on('2019-04-01').includes('vale-county'))
  const both = slugs(authorities.livingIn({ start: day('2019-03-31'), end: day('2019-04-02') }))
  t.ok(both.includes('vale') && both.includes('vale-county') && !both.includes('old-moor') && !both.includes('gone'))
  t.end()
})

t.test('a ward ends with its council, whenever that is decided, though nobody wrote the wards again', (t) => {
  const council = row('harrogate', 'Harrogate', { gss: 'E07000165' })
  const areas = [{ id: 1, authority_id: council.id, code: 'E05099999', slug: 'hill', name: 'Hill', valid_from: null, valid_to: null, removed_at: null }] as unknown as ConstructorParameters<typeof Wards>[0]
  const endOf = (authority: Row) => new Wards(areas, new Authorities([authority], TODAY).byId).byCode('E05099999')[0]?.to
  t.equal(endOf(council), Infinity)
  t.equal(endOf({ ...council, valid_to: '2023-03-31' }), day('2023-03-31'))
  t.equal(endOf({ ...council, valid_to: '2024-03-31' }), day('2024-03-31'))
  t.equal(endOf(council), Infinity, 'undone')
  t.end()
})
