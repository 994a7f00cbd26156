import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { unhurried } from '../../src/http/wire/unhurried.ts'

async function * numbers (closed: () => void): AsyncGenerator<string> {
  try {
    for (let i = 0; i < 100; i++) yield String(i)
  } finally {
    closed()
  }
}

t.test('a reader who stops is given up, and what he read from is closed', async (t) => {
  let closed = false
  const stream = unhurried(numbers(() => { closed = true }), { stalledMs: 20 })
  const failed = new Promise<Error>((resolve) => stream.once('error', resolve))
  stream.once('readable', () => stream.read())
  t.match(await failed, { message: 'the reader has taken nothing for 20 ms' })
  t.ok(closed)
})

t.test('a slow one gets all of it', async (t) => {
  let closed = false
  const parts: string[] = []
  const stream = unhurried(numbers(() => { closed = true }), { stalledMs: 3000 }) // a busy machine wakes up in time
  for await (const part of stream) {
    parts.push(part as string)
    if (parts.length <= 5) await wait(700)
  }
  t.equal(parts.length, 100)
  t.ok(closed)
})

t.test('a slow one is given up where others wait for his place, and only there', async (t) => {
  for (const isWanted of [true, false]) {
    let closed = false
    const patience = { isWanted: () => isWanted, paceMs: 20, least: 1_000_000 }
    const stream = unhurried(numbers(() => { closed = true }), patience)
    const parts: string[] = []
    const reading = (async () => {
      for await (const part of stream) {
        parts.push(part as string)
        await wait(5)
      }
    })()
    if (isWanted) await t.rejects(reading, { message: /^others wait, and the reader takes \d+ bytes a second/ })
    else await reading
    t.equal(parts.length === 100, !isWanted)
    t.ok(closed)
  }
})
