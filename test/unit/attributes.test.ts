import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import t from 'tap'
import { AttributeDirectory } from '../../src/catalogue/attribute-directory.ts'
import { shippedAttributes } from '../../src/catalogue/load-attributes.ts'
import { parseDay } from '../../src/domain/calendar.ts'
import { checkAttribute } from '../../src/events/attributes.ts'

const BINS = 7
const DAY = parseDay('2014-05-27')
const row = (service_id: number, name: string, more: object) => ({
  service_id,
  name,
  title: name,
  description: null,
  type: 'words' as const,
  words: [] as string[],
  ended: [] as string[],
  minimum: null,
  maximum: null,
  valid_from: null,
  valid_to: null,
  published: true,
  origin: 'shipped' as const,
  changed_at: null,
  removed_at: null,
  ...more
})

t.test('the shipped reasons are those of the Local Waste Service Standards', (t) => {
  const slug = (text: string) => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
  const rows = parse<{ level_1: string, level_2: string }>(
    readFileSync(join(import.meta.dirname, '../../src/catalogue/data/missed-collection-event-types.csv')),
    { columns: true }
  )
  let first = ''
  const expected = rows.map(({ level_1: one, level_2: two }) => {
    if (one !== '') first = slug(one)
    return one === '' ? `${first}-${slug(two)}` : first
  })
  const reasons = shippedAttributes().filter(({ name }) => name === 'reason')
  t.same(reasons.map(({ service }) => service), ['report-missed-bin', 'report-missed-recycling'])
  for (const { words } of reasons) t.same(words, expected)
  for (const { type, words } of shippedAttributes()) t.equal(words.length > 0, type === 'words')
  t.end()
})

t.test('attributes are closed', (t) => {
  const directory = new AttributeDirectory([
    row(0, 'assisted', { type: 'boolean' }),
    row(0, 'device', { words: ['desktop', 'mobile'] }),
    row(BINS, 'reason', { words: ['not-presented', 'damaged'], ended: ['too-heavy'] }),
    row(BINS, 'bins', { type: 'integer', minimum: 1, maximum: 4 }),
    row(BINS, 'colour', { words: ['green'], removed_at: new Date(0) })
  ])
  const bins = directory.of(BINS)
  t.equal(checkAttribute(bins, 'reason', 'not-presented', DAY), undefined)
  t.equal(checkAttribute(bins, 'assisted', true, DAY), undefined)
  t.match(checkAttribute(bins, 'assisted', 'true', DAY), /true or false/)
  t.match(checkAttribute(bins, 'reason', 'john-smith', DAY), /none of its words/)
  t.notMatch(checkAttribute(bins, 'reason', 'john-smith', DAY), /john/)
  t.match(checkAttribute(bins, 'reason', 'too-heavy', DAY), /ended/)
  t.match(checkAttribute(bins, 'john_smith', true, DAY), /no such attribute/)
  t.match(checkAttribute(bins, 'toString', true, DAY), /no such attribute/)
  t.match(checkAttribute(bins, 'colour', 'green', DAY), /no such attribute/, 'it was removed')
  t.match(checkAttribute(directory.of(8), 'reason', 'not-presented', DAY), /no such attribute/)
  t.equal(checkAttribute(directory.of(8), 'device', 'mobile', DAY), undefined, 'every service has it')
  t.same([1, 4].map((value) => checkAttribute(bins, 'bins', value, DAY)), [undefined, undefined])
  for (const wrong of [0, 5, '3', true]) t.match(checkAttribute(bins, 'bins', wrong, DAY), /at least 1 and at most 4/)
  t.equal(directory.declared(BINS, 'device'), undefined, 'it is every service’s, not declared for this one')
  t.equal(directory.declared(0, 'device')?.name, 'device')
  t.same(directory.typesOf('colour').map(({ type }) => type), ['words'], 'stored events may hold it')
  t.end()
})

t.test('a service’s own attribute goes before that of every service', (t) => {
  const { allowed } = new AttributeDirectory([
    row(0, 'device', { words: ['desktop'] }), row(BINS, 'device', { words: ['kiosk'] })
  ]).of(BINS).get('device') ?? {}
  t.same([...allowed ?? []], ['kiosk'])
  t.end()
})

t.test('a dated attribute is of the events of its days', (t) => {
  const of = (dates: object) => new AttributeDirectory([row(BINS, 'wet', { type: 'boolean', ...dates })]).of(BINS)
  const told = (dates: object, day: string | undefined) =>
    checkAttribute(of(dates), 'wet', true, day === undefined ? undefined : parseDay(day))
  const both = { valid_from: '2014-04-01', valid_to: '2015-03-31' }
  for (const day of ['2014-04-01', '2015-03-31', undefined]) t.equal(told(both, day), undefined)
  for (const day of ['2014-03-31', '2015-04-01']) {
    t.equal(told(both, day), `wet is of events from 2014-04-01 to 2015-03-31, and this one is of ${day}; leave it out.`)
  }
  t.match(told({ valid_from: '2014-04-01' }, '2014-03-31'), /of events from 2014-04-01, and/)
  t.match(told({ valid_to: '2014-04-01' }, '2014-04-02'), /of events to 2014-04-01, and/)
  t.equal(told({ valid_to: '2014-04-01' }, '2000-01-01'), undefined)
  t.equal(checkAttribute(of(both), 'wet', null, parseDay('2020-01-01')), undefined, 'null says nothing')
  t.end()
})
