import t from 'tap'
import { Answers } from '../../src/query/answers.ts'

t.test('an answer that takes long holds while others commit, for ten times as long; a quick one never', async (t) => {
  let [now, moment, computed] = [0, 0, 0]
  const answers = new Answers({ take: async () => String(moment++) }, { take: async () => '' }, () => now)
  const catalogue = {}
  const ask = async (lasting: number, within = catalogue): Promise<string> => (await answers.patientAnswer({
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
  const ask = async (authorities: number): Promise<string> => (await answers.answer({
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
