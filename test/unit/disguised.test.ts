import t from 'tap'
import fc from '../support/properties.ts'
import { findPersonalData, personalDataIn, personalDataInId, personalDataOf } from '../../src/domain/personal-data.ts'

const FOUND: Record<string, string[]> = {
  'telephone number': [
    '07700\u00a0900\u202f123', '07700\u2011900\u2013123', '０７７００９００１２３', '0\u200b7700900123', '07700\u00ad900123', '447700900123',
    '44 7700 900123', '00447700900123', '+44 (0)7700 900123', '+44(0)7700900123', '0121 – 704 – 6000', '0121\u2009704\u20096000',
    '𝟎𝟕𝟕𝟎𝟎𝟗𝟎𝟎𝟏𝟐𝟑', 'Tel. 44-7700-900-123', '07700  900  123', '\u202a+447700900123\u202c'
  ],
  'email address': [
    'jo＠example.com', 'jo@example．com', 'jo.bloggs (at) example.com', 'jo.bloggs[at]example[dot]com', 'jo\u200b@example.com', 'jo{at}example.co.uk'
  ],
  'full postcode': ['B91\u00a03QB', 'B91\u202f3QB', 'B91\u20113QB', 'Ｂ９１ ３ＱＢ', 'B91\u00ad 3QB', 'B91   3QB', 'SW1A\u30001AA'],
  'National Insurance number': ['JG\u00a010\u00a037\u00a059\u00a0A', 'JG–10–37–59–A', 'ＪＧ１０３７５９Ａ'],
  coordinates: [
    '52.41274,-1.77764', '52.41274 N 1.77764 W', '52.41274N, 1.77764W', 'N52.41274 W1.77764', '-1.77764,52.41274', '52.41274,\u22121.77764',
    'lat=52.41274&lng=-1.77764', 'Lat 52.41274, Long -1.77764', '52.41274° N, 1.77764° W', 'POINT(-1.77 52.41)', 'POINT (415234 279834)',
    'SRID=4326;POINT Z (-1.7 52.4 0)', 'LINESTRING(-1.7 52.4, -1.8 52.5)', '52°24\'45.9"N 1°46\'39.5"W', '52° 24.765′ N', '52°24′45″',
    '{"type":"Point","coordinates":[-1.77764,52.41274]}', 'SP 15234 79834', 'SP1523 7983', '52.41274 | -1.77764', '59.12345 -8.12345'
  ]
}

const FINE = [
  'SP 15237983', 'SP15237983', 'SR12345678', 'ST20250612', 'JA 1234 5678', 'week 22 – 2014', '£1,234.50', '12.50, 3.75', '4.4.7700', '1.5234',
  '52.4127 percent in 1.7776 days', 'v10.1234.5678', '10.1.52.4', '2014-05-27T08:31:00.123456+01:00', '100070123456', '45203501', 'Ynys Môn',
  'one round on strike – crew at depot (at 9)', 'St John’s', 'point 3 4', 'polygon', '44 7 12', '447', 'Ward (at 3) no.', '21° 30', '20 °C',
  '2,014', '1.234,56', '0.5241 0.0177', '52.4127, 53.4127', '1.7776 1.8888', '61.1234 1.1234', 'é@b', 'B91', 'Q1–2014', 'M1\u00a0motorway'
]

t.test('personal data in disguise is found', async (t) => {
  for (const [kind, texts] of Object.entries(FOUND)) for (const text of texts) t.equal(personalDataIn(text), kind, text)
})

t.test('what only looks a little like it is not', async (t) => {
  for (const text of FINE) t.equal(personalDataIn(text), undefined, text)
})

t.test('however its blanks, dashes and digits are written', async () => {
  const blank = fc.constantFrom(' ', '\u00a0', '\u2009', '\u202f', '\u3000', '-', '\u2010', '\u2011', '\u2013', '\u2212', '\u200b', '')
  const wide = (text: string): string => text.replaceAll(/[!-~]/g, (one) => String.fromCharCode(one.charCodeAt(0) + 0xfee0))
  const groups = fc.constantFrom(['07700', '900', '123'], ['0121', '704', '6000'], ['+44', '7700', '900123'], ['0044', '7700900123'], ['447700', '900', '123'])
  fc.assert(fc.property(groups, fc.tuple(blank, blank), fc.boolean(), ([first, ...rest], blanks, isWide) => {
    const text = first + rest.map((group, i) => `${blanks[i]}${group}`).join('')
    return personalDataIn(`call ${isWide ? wide(text) : text}.`) === 'telephone number'
  }), { numRuns: 2000 })
  const number = (min: number, max: number) => fc.double({ min, max, noNaN: true })
  const near = fc.tuple(number(49.9, 60.9), number(0.1, 8.9))
  fc.assert(fc.property(near, fc.boolean(), fc.constantFrom(', ', ';', ' / ', ' N ', ' '), ([lat, lon], isFirst, between) => {
    const [a, b] = [lat.toFixed(5), `-${lon.toFixed(5)}`]
    return personalDataIn(isFirst ? a + between + b : b + between + a) === 'coordinates'
  }), { numRuns: 2000 })
})

t.test('codes, counts, money, days and case numbers are let pass', async () => {
  const code = fc.oneof(
    fc.tuple(fc.constantFrom('SR', 'ST', 'HW', 'CRM', 'FS-Case-', 'E0500', 'INC'), fc.integer({ min: 0, max: 99_999_999 })).map(([a, n]) => `${a}${n}`),
    fc.integer({ min: 1, max: 99_999_999 }).map(String),
    fc.double({ min: 0, max: 100_000, noNaN: true }).map((money) => `£${money.toFixed(2)}`),
    fc.date({ min: new Date('2000-01-01'), max: new Date('2030-01-01'), noInvalidDate: true }).map((date) => date.toISOString()),
    fc.date({ min: new Date('2000-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString().slice(0, 10).split('-').reverse().join('/')),
    fc.uuid()
  )
  const passes = (text: string): boolean => personalDataIn(text) === undefined && personalDataInId(text) === undefined
  fc.assert(fc.property(code, passes), { numRuns: 5000 })
})

t.test('one coordinate a field, whatever it is called', async (t) => {
  for (const row of [
    { lat: 52.41274 }, { lat: '52.41274' }, { Latitude: '52.41274 N' }, { lng: -1.77764 }, { home_longitude: -1.77764 }, { locLat: 52.41274 },
    { GeoX: 415234 }, { GeoY: '279834' }, { geo_x: -1.77764 }, { easting: 415234 }, { Northings: '279834' }, { XCoord: 415234 },
    { 'Y-Coordinate': '279834' }, { x: 415234, y: 279834 }, { X: '-1.77764', Y: '52.41274' }, { coordinates: [-1.77764, 52.41274] },
    { geometry: { type: 'Point', coordinates: [52.41274, -1.77764] } }, { position: [[-1.77764, 52.41274], [0, 0]] }
  ]) t.equal(findPersonalData(row)?.kind, 'coordinates', JSON.stringify(row))
  for (const row of [
    { lat: 52.412 }, { lat: '52.41' }, { x: 415234 }, { x: 12, y: 7 }, { geox: 12 }, { easting: 415200 }, { count: 415234 }, { rate: 52.41274 },
    { rate: 52.41274, average: 1.77764 }, { latest: 52.41274 }, { how_long: 1.77764 }, { values: [52.41274, 1.77764] }, { x: 'web', y: 415234 },
    { flat: 52.41274 }, { plot: 415234 }
  ]) t.equal(findPersonalData(row), undefined, JSON.stringify(row))
})

t.test('a UPRN is an address where its name says that it is one', async (t) => {
  t.same(findPersonalData({ uprn: 100070123456 }), { kind: 'property number', pointer: '/uprn' })
  t.same(findPersonalData({ a: { 'Site UPRN': '010090012345' } }), { kind: 'property number', pointer: '/a/Site UPRN' })
  for (const row of [{ uprn: null }, { uprn: 'not known' }, { uprn: 0 }, { usrn: 45203501 }, { count: 100070123456 }]) {
    t.equal(findPersonalData(row), undefined)
  }
})

t.test('all of it in a row, each with its place', async (t) => {
  const row = { id: '07700900123', a: 'jo@example.com', b: ['x', 'B91 3QB'], 'B91 3QB': 1 }
  t.same(personalDataOf(row, { all: true, opaque: 'id' }).map(({ pointer }) => pointer), ['/a', '/b/1', ''])
  t.same(personalDataOf(row, { all: true }).map(({ pointer }) => pointer), ['/id', '/a', '/b/1', ''])
  t.equal(personalDataOf({ a: { id: '07700900123' } }, { opaque: 'id' }).length, 1, 'the id of the row alone')
})
