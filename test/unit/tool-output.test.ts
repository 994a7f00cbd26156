import t from 'tap'
import { table } from '../../src/tool/output.ts'
import { everyLink, everyPage } from '../../src/tool/pages.ts'

t.test('a list that comes in pages is asked for to its end', async (t) => {
  const asked: object[] = []
  const pages = [{ data: [1, 2], next: 'b' }, { data: [3], next: 'c' }, { data: [], next: null }]
  const all = await everyPage(async (after) => {
    asked.push(after)
    return pages[asked.length - 1] ?? { data: [], next: null }
  })
  t.same(all, { data: [1, 2, 3] })
  t.same(asked, [{}, { after: 'b' }, { after: 'c' }])
})

t.test('and one whose pages link to the next', async (t) => {
  const asked: object[] = []
  const all = await everyLink(async (cursor) => {
    asked.push(cursor)
    return asked.length < 3
      ? { data: [asked.length], links: { next: `/v1/feeds?limit=1&cursor=solihull%2F${asked.length}` } }
      : { data: [3], links: {} }
  })
  t.same(all, [1, 2, 3])
  t.same(asked, [{}, { cursor: 'solihull/1' }, { cursor: 'solihull/2' }])
})

t.test('tables line up, and say of nothing that it is nothing, not 0', async (t) => {
  t.equal(table(['A', 'LONG'], [[1, null], ['word', ['x', 'y']], [0, []]], 'None.'), 'A     LONG\n1     -\nword  x, y\n0     -')
  t.equal(table(['A'], [], 'None.'), 'None.')
})
