import t from 'tap'
import { Answers } from '../../src/cache/answers.ts'
import { KeptPromises } from '../../src/cache/kept-promises.ts'

t.test('an answer that takes long holds while others commit, for ten times as long; a quick one never', async (t) => {
  let [now, moment, computed] = [0, 0, 0]
  const answers = new Answers({ take: async () => String(moment++) }, { take: async () => '' }, () => now)
  const catalogue = {}
  const ask = async (lasting: number, within = catalogue): Promise<string> =>
    (await answers.patientAnswer({
      about: 'q',
      catalogue: within,
      compute: async () => {
        now += lasting
        return String(++computed)
      }
    })).body.toString()

  t.equal(await ask(10), '1')
  t.equal(await ask(300), '2', 'a quick one is computed anew after a commit')
  now += 2900
  t.equal(await ask(300), '2')
  now += 101
  t.equal(await ask(300), '3', 'the time is up')
  t.equal(await ask(300, {}), '4', 'another catalogue')
})

t.test('an answer whose parts are known holds until one of them changes, whatever else is committed', async (t) => {
  let [moment, version, computed] = [0, 0, 0]
  const answers = new Answers({ take: async () => String(moment++) }, { take: async () => `v${version}` })
  const catalogue = {}
  const ask = async (authorities: number): Promise<string> =>
    (await answers.answer({
      about: `of ${authorities}`,
      catalogue,
      touches: () => ({ authorityIds: Array.from({ length: authorities }, (_, i) => i), serviceId: 1 }),
      compute: async () => String(++computed)
    })).body.toString()

  t.equal(await ask(2), '1')
  t.equal(await ask(2), '1')
  version++
  t.equal(await ask(2), '2')
  t.equal(await ask(101), '3')
  t.equal(await ask(101), '4', 'of many authorities any commit counts')
})

t.test('what answers are kept by counts as well: small ones with long addresses do not fill the memory', async (t) => {
  let computed = 0
  const answers = new Answers({ take: async () => '1' }, { take: async () => '1' })
  const catalogue = {}
  const ask = async (n: number) =>
    await answers.answer({ about: `${n} ${'x'.repeat(12_000)}`, catalogue, compute: async () => String(++computed) })
  for (let n = 0; n < 3000; n++) await ask(n)
  await ask(2999)
  t.equal(computed, 3000, 'the last ones are kept')
  await ask(0)
  t.equal(computed, 3001, 'the first is not')
})

t.test('plans and answers that take up much make room', async (t) => {
  const kept = new KeptPromises<{ n: number }>({ maxSize: 1000 })
  for (let n = 0; n < 20; n++) {
    const value = Promise.resolve(n)
    kept.keep(String(n), { n }, value, () => 100)
    await value
  }
  t.same(Array.from({ length: 20 }, (_, n) => kept.get(String(n))?.n).filter((n) => n !== undefined), [
    10, 11, 12, 13, 14, 15, 16, 17, 18, 19
  ])
  const failing = Promise.reject(new Error('failed'))
  kept.keep('19', { n: 99 }, failing, () => 100)
  await failing.catch(() => undefined)
  t.equal(kept.get('19'), undefined, 'what failed is not kept')
})
