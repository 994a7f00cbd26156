import fc from '../support/properties.ts'
import t from 'tap'
import { AnswerCache, etagOf, type Question } from '../../src/cache/answer-cache.ts'
import { Cache } from '../../src/cache/cache.ts'
import { States } from '../../src/cache/states.ts'
import { CostlyGate, type Asker } from '../../src/cache/costly-gate.ts'

const catalogue = {}
const asker: Asker = { client: 'a', onGone: () => undefined }

/** Answers that say how often one was computed before, over data whose state the test sets. */
function counting () {
  const state = { series: 0, database: 0, scopes: new Set<object>() }
  let computed = 0
  const answers = new AnswerCache(new Cache(), new States({
    take: async (scope) => {
      state.scopes.add(scope)
      return `series ${state.series}`
    }
  }, { take: async () => `database ${state.database}` }))
  const ask = async (more: Partial<Question> = {}): Promise<string> =>
    (await answers.answer({
      about: '/q',
      type: 'text/csv',
      viewer: 'public',
      time: 1,
      catalogue,
      asker,
      compute: async () => String(++computed),
      ...more
    })).body.toString()
  return { state, ask }
}

const scopeOf = (authorities: number) => () => ({
  authorityIds: Array.from({ length: authorities }, (_, i) => i), serviceId: 1
})

t.test('another question, media type, viewer, time or catalogue has an answer of its own', async (t) => {
  const { ask } = counting()
  const others = [
    {}, { about: '/r' }, { type: 'application/json' }, { viewer: 'all' }, { viewer: 'all of 1' }, { time: 2 }
  ]
  for (const time of ['computed', 'known']) {
    for (const [i, other] of others.entries()) t.equal(await ask(other), String(i + 1), time)
  }
  t.equal(await ask({ catalogue: {} }), '7')
})

t.test('an answer whose scope is given holds until something of it is committed, another until anything is', async (t) => {
  const { state, ask } = counting()
  for (const [authorities, madeOf] of [[1, 'series'], [100, 'series'], [101, 'database'], [0, 'database']] as const) {
    const question = { about: `of ${authorities}`, scope: authorities === 0 ? undefined : scopeOf(authorities) }
    for (const changed of ['series', 'database'] as const) {
      const before = await ask(question)
      t.equal(await ask(question), before)
      state[changed]++
      t.equal(await ask(question) !== before, changed === madeOf, `${question.about} authorities, ${changed}`)
    }
  }
})

t.test('a question is read once for a catalogue, and a wrong one each time', async (t) => {
  const { state, ask } = counting()
  let read = 0
  const scope = () => {
    read++
    return { authorityIds: [1], serviceId: 1 }
  }
  await Promise.all([ask({ scope }), ask({ scope }), ask({ scope })])
  state.series++
  await ask({ scope })
  t.equal(read, 1)
  t.equal(state.scopes.size, 1, 'all who ask the same ask for one state')
  await ask({ scope, catalogue: {} })
  t.equal(read, 2, 'names may mean something else')
  const wrong = () => {
    throw new Error('unknown service')
  }
  for (const time of ['once', 'twice']) {
    await t.rejects(ask({ about: '/wrong', scope: wrong }), { message: 'unknown service' }, time)
  }
})

t.test('a patient question takes a slow answer though something was committed; another never', async (t) => {
  let now = 0
  const answers = new AnswerCache(new Cache({ stopwatch: () => now }), { of: async () => `${now}` })
  const kept: unknown[] = []
  const ask = async (lasting: number, patient?: boolean) => {
    const { body, keptMs } = await answers.answer({
      about: '/q',
      type: 'text/csv',
      viewer: 'public',
      time: 1,
      catalogue,
      asker,
      ...(patient !== undefined && { patient }),
      compute: async () => {
        const asked = now
        await new Promise((resolve) => setImmediate(resolve))
        now += lasting
        return String(asked)
      }
    })
    kept.push(keptMs)
    return body.toString()
  }
  t.equal(await ask(300, true), '0')
  t.equal(await ask(300, true), '0')
  t.equal(await ask(300), '300')
  t.equal(await ask(10, false), '600')
  t.equal(await ask(10, true), '610', 'the last one was quick')
  t.same(kept, [undefined, 300, undefined, undefined, undefined], 'for how long it had been kept')
})

t.test('answers are bytes with an ETag that differs where they do', async (t) => {
  const answers = new AnswerCache(new Cache(), { of: async () => '' })
  const ask = async (about: string, body: string | Buffer) =>
    await answers.answer({
      about, type: 'text/csv', viewer: 'public', time: 1, catalogue, asker, compute: async () => body
    })
  const text = await ask('/a', 'é')
  t.same(text.body, Buffer.from('é'))
  t.equal(text.etag, etagOf('é'))
  t.match(text.etag, /^"[\w-]{27}"$/)
  t.equal((await ask('/b', Buffer.from('é'))).etag, text.etag)
  t.not((await ask('/c', 'e')).etag, text.etag)
})

t.test('whoever asks after a commit sees it, in whatever order states are read and answers computed', async () => {
  await fc.assert(fc.asyncProperty(
    fc.scheduler(), fc.array(fc.constantFrom('ask', 'commit'), { minLength: 2, maxLength: 12 }),
    async (scheduler, steps) => {
      let committed = 0
      const answers = new AnswerCache(new Cache(), {
        of: async () => {
          await scheduler.schedule(Promise.resolve(), 'the question arrives')
          const state = String(committed)
          await scheduler.schedule(Promise.resolve(), 'the state comes back')
          return state
        }
      })
      const asked: Array<Promise<void>> = []
      const sequence = scheduler.scheduleSequence(steps.map((step) => async () => {
        if (step === 'commit') {
          committed++
          return
        }
        const before = committed
        asked.push(answers.answer({
          about: '/q',
          type: 'text/csv',
          viewer: 'public',
          time: 1,
          catalogue,
          asker,
          compute: async () => {
            await scheduler.schedule(Promise.resolve(), 'the query arrives')
            const read = committed
            await scheduler.schedule(Promise.resolve(), 'the rows come back')
            return String(read)
          }
        }).then(({ body }) => {
          if (Number(body.toString()) < before) throw new Error(`${body.toString()} after commit ${before}`)
        }))
      }))
      await scheduler.waitFor(sequence.task)
      await scheduler.waitFor(Promise.all(asked))
    }
  ))
})

t.test('who asks for what waits is served when their own client is, also where another asked first and went away', async (t) => {
  for (const patient of [false, true]) {
    let now = 0
    const gate = new CostlyGate({ atOnce: 1, ofClient: 1 })
    const answers = new AnswerCache(new Cache({ stopwatch: () => now }), { of: async () => '' }, gate)
    const first = Promise.withResolvers<string>()
    const leaving: Array<() => void> = []
    const ask = async (client: string, about: string, compute: () => Promise<string>) =>
      (await answers.answer({
        about,
        type: 'text/csv',
        viewer: 'public',
        time: 1,
        catalogue,
        patient,
        asker: { client, onGone: (leave) => leaving.push(leave) },
        compute
      })).body.toString()
    const busy = ask('a', '/first', async () => await first.promise)
    const gone = ask('a', '/q', async () => 'answer')
    await new Promise((resolve) => setImmediate(resolve))
    now = 1000 // so long that a patient one shares it without a look at the state
    const stays = ask('b', '/q', async () => 'another answer')
    await new Promise((resolve) => setImmediate(resolve))
    t.equal(leaving.length, 2, 'both wait')
    leaving[0]?.()
    await t.rejects(gone, { code: 'unavailable' })
    t.equal(gate.waiting, 1)
    first.resolve('first')
    t.same(await Promise.all([busy, stays]), ['first', 'answer'])
  }
})
