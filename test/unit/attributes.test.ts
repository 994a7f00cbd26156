import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import t from 'tap'
import { attributesOf, checkAttribute, MISSED_COLLECTION_REASONS } from '../../src/events/attributes.ts'

t.test('the reasons are those of the Local Waste Service Standards', (t) => {
  const slug = (text: string) => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
  const rows = parse<{ level_1: string, level_2: string }>(
    readFileSync(join(import.meta.dirname, '../../src/catalogue/data/missed-collection-event-types.csv')),
    { columns: true }
  )
  let first = ''
  t.same(
    MISSED_COLLECTION_REASONS,
    rows.map(({ level_1: one, level_2: two }) => {
      if (one !== '') first = slug(one)
      return one === '' ? `${first}-${slug(two)}` : first
    })
  )
  t.end()
})

t.test('attributes are closed', (t) => {
  const bins = attributesOf('collections_made')
  t.equal(checkAttribute(bins, 'reason', 'not-presented'), undefined)
  t.equal(checkAttribute(bins, 'assisted', true), undefined)
  t.match(checkAttribute(bins, 'reason', 'john-smith'), /none of its words/)
  t.notMatch(checkAttribute(bins, 'reason', 'john-smith'), /john/)
  t.match(checkAttribute(bins, 'john_smith', true), /no such attribute/)
  t.match(checkAttribute(bins, 'toString', true), /no such attribute/)
  t.match(checkAttribute(attributesOf(null), 'reason', 'not-presented'), /no such attribute/)
  t.end()
})
