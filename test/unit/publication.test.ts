import t from 'tap'
import { isPublished, restrictedDays, type RuleDays } from '../../src/domain/publication.ts'

const rule = (start: number, end: number, audience: RuleDays['audience'], ofService = true): RuleDays => ({
  start, end, audience, ofService
})

t.test('the rule of the service that begins last holds, else the one for all', (t) => {
  t.same(restrictedDays([]), [])
  t.same(restrictedDays([rule(10, 20, 'public')]), [])
  t.same(restrictedDays([rule(10, 20, 'authority')]), [{ start: 10, end: 20, audience: 'authority' }])
  t.same(restrictedDays([rule(10, 30, 'authority'), rule(20, 25, 'councils')]), [
    { start: 10, end: 20, audience: 'authority' },
    { start: 20, end: 25, audience: 'councils' },
    { start: 25, end: 30, audience: 'authority' }
  ])
  const both = [rule(10, 20, 'public'), rule(0, 40, 'authority', false)]
  for (const rules of [both, both.toReversed()]) {
    t.same(restrictedDays(rules), [
      { start: 0, end: 10, audience: 'authority' }, { start: 20, end: 40, audience: 'authority' }
    ], 'the service is published though all others are not')
  }
  t.same(restrictedDays([rule(10, 20, 'councils'), rule(15, 30, 'councils')]), [
    { start: 10, end: 30, audience: 'councils' }
  ], 'one after the other is one')
  t.same(restrictedDays([rule(20, 30, 'authority', false), rule(10, 40, 'councils')]), [
    { start: 10, end: 40, audience: 'councils' }
  ])
  t.end()
})

t.test('an instant goes before what published says', (t) => {
  const at = new Date(1000)
  t.same([true, false].map((published) => isPublished({ published, publish_at: null }, 5)), [true, false])
  t.same([999, 1000, 1001].map((now) => isPublished({ published: true, publish_at: at }, now)), [false, true, true])
  t.same([999, 1000].map((now) => isPublished({ published: false, publish_at: at }, now)), [false, true])
  t.end()
})
