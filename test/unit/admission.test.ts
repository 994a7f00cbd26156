import t from 'tap'
import { Admission } from '../../src/http/plugins/admission.ts'

const LIMITS = { bytes: 100, bytesOfOne: 40, waiting: 4, waitingOfOne: 2, waitMs: 60_000 }

t.test('bytes in hand are bounded, in all and of one sender, and come back to nothing', async (t) => {
  const admission = new Admission(LIMITS)
  const entered: string[] = []
  const enter = async (name: string, bytes: number): Promise<void> => {
    await admission.enter(name.slice(0, 1), bytes)
    entered.push(name)
  }
  await enter('a1', 30)
  const waiting = [enter('a2', 30)]
  await enter('b1', 40)
  await enter('c1', 30)
  t.equal(admission.bytes, 100)
  t.equal(admission.waiting, 1)
  waiting.push(enter('d1', 20), enter('e1', 5))
  admission.leave('b', 40)
  await Promise.resolve()
  t.equal(admission.bytes, 85, 'a has its share, so d and e go in before it')
  admission.leave('a', 30)
  await Promise.all(waiting)
  t.same(entered, ['a1', 'b1', 'c1', 'd1', 'e1', 'a2'])
  for (const [key, bytes] of [['c', 30], ['d', 20], ['e', 5], ['a', 30]] as const) admission.leave(key, bytes)
  t.equal(admission.bytes, 0)
})

t.test('a large body is not passed by small ones for ever', async (t) => {
  const admission = new Admission(LIMITS)
  for (const key of ['a', 'b', 'c']) await admission.enter(key, 30)
  const large = admission.enter('d', 40)
  const small = admission.enter('e', 5)
  t.equal(admission.waiting, 2, 'there is room for the small one, and it waits behind the large one')
  admission.leave('a', 30)
  await large
  t.equal(admission.waiting, 1)
  admission.leave('b', 30)
  await small
  t.equal(admission.bytes, 30 + 40 + 5)
})

t.test('a body larger than a share, or than all there is, goes in alone', async (t) => {
  const admission = new Admission(LIMITS)
  await admission.enter('a', 500)
  const other = admission.enter('b', 1)
  t.equal(admission.waiting, 1)
  admission.leave('a', 500)
  await other
  t.equal(admission.bytes, 1)
})

t.test('who is beyond the bounds of those that wait is told to try again', async (t) => {
  const admission = new Admission(LIMITS)
  await admission.enter('a', 40)
  const waiting = [admission.enter('a', 1), admission.enter('a', 1)]
  await t.rejects(admission.enter('a', 1), { code: 'unavailable' })
  await admission.enter('b', 40)
  waiting.push(admission.enter('b', 40), admission.enter('b', 40))
  await t.rejects(admission.enter('c', 30), { code: 'unavailable' }, 'nobody else waits either, once four do')
  admission.leave('a', 40)
  admission.leave('b', 40)
  await Promise.all(waiting.slice(0, 3))
  admission.leave('b', 40)
  await Promise.all(waiting)
})

t.test('who goes away or waits too long leaves nothing behind', async (t) => {
  const admission = new Admission({ ...LIMITS, waitMs: 1 })
  await admission.enter('a', 40)
  const gone = new AbortController()
  const away = t.rejects(admission.enter('a', 10, gone.signal), { code: 'unavailable' })
  gone.abort()
  await away
  await t.rejects(admission.enter('a', 10), { code: 'unavailable' })
  t.equal(admission.waiting, 0)
  admission.leave('a', 40)
  t.equal(admission.bytes, 0)
})
