import type pg from 'pg'
import t from 'tap'
import { Slices } from '../../src/domain/slices.ts'
import { Intake } from '../../src/intake/intake.ts'

const NO_DATABASE = undefined as unknown as pg.Pool
const LARGE = 100_000

/** What happens to bodies, in order; a commit goes on until it is ended. */
function testIntake (commitMs = 600_000) {
  const intake = new Intake(NO_DATABASE, 4, { othersMs: 600_000, commitMs })
  const seen: string[] = []
  const commits = new Map<string, PromiseWithResolvers<string>>()
  const send = async (name: string, bytes = LARGE): Promise<string> =>
    await intake.readAndCommit({ key: name, bytes }, async () => {
      seen.push(`read ${name}`)
      return async () => {
        seen.push(`commit ${name}`)
        const commit = Promise.withResolvers<string>()
        commits.set(name, commit)
        return await commit.promise
      }
    })
  return { intake, seen, commits, send }
}

const turns = async (): Promise<void> => {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve))
}

t.test('where nobody else asks, one body is read while another is committed', async (t) => {
  const { seen, commits, send } = testIntake()
  const both = [send('a'), send('b')]
  await turns()
  t.same(seen, ['read a', 'commit a', 'read b', 'commit b'])
  for (const [name, { resolve }] of commits) resolve(`receipt of ${name}`)
  t.same(await Promise.all(both), ['receipt of a', 'receipt of b'])
})

t.test('who sends small batches is nobody else', async (t) => {
  const { intake, seen, commits, send } = testIntake()
  intake.noteShort(20_000)
  const both = [send('a'), send('b')]
  await turns()
  t.same(seen, ['read a', 'commit a', 'read b', 'commit b'])
  for (const [name, { resolve }] of commits) resolve(name)
  await Promise.all(both)
})

t.test('where others ask, the next body waits for the commit, which runs once', async (t) => {
  const { intake, seen, commits, send } = testIntake()
  intake.noteShort(0)
  const both = [send('a'), send('b')]
  await turns()
  t.same(seen, ['read a', 'commit a'])
  commits.get('a')?.resolve('receipt of a')
  await turns()
  t.same(seen, ['read a', 'commit a', 'read b', 'commit b'])
  commits.get('b')?.resolve('receipt of b')
  t.same(await Promise.all(both), ['receipt of a', 'receipt of b'])
})

t.test('a commit that fails is told to its sender alone, and makes room', async (t) => {
  const { intake, commits, send } = testIntake()
  intake.noteShort(0)
  const [a, b] = [send('a'), send('b')]
  const failed = t.rejects(a, { message: 'no' })
  await turns()
  commits.get('a')?.reject(new Error('no'))
  await failed
  await turns()
  commits.get('b')?.resolve('receipt of b')
  t.equal(await b, 'receipt of b')
})

t.test('a commit that hangs holds up no other sender for long', async (t) => {
  const { intake, seen, commits, send } = testIntake(5)
  intake.noteShort(0)
  const [a, b] = [send('a'), send('b')]
  while (!seen.includes('commit b')) await new Promise((resolve) => setTimeout(resolve, 5))
  commits.get('b')?.resolve('receipt of b')
  t.equal(await b, 'receipt of b')
  commits.get('a')?.resolve('receipt of a')
  t.equal(await a, 'receipt of a')
})

t.test('work behind the writers takes turns with them while others ask, and else goes on at once', async (t) => {
  const { intake, seen, commits, send } = testIntake()
  const fold = async (): Promise<void> => { seen.push('fold') }
  intake.noteShort(0)
  const a = send('a')
  await turns()
  const behind = intake.behind(fold)
  await turns()
  t.same(seen, ['read a', 'commit a'])
  commits.get('a')?.resolve('')
  await Promise.all([a, behind])
  t.same(seen, ['read a', 'commit a', 'fold'])

  const quiet = testIntake()
  const b = quiet.send('b')
  await turns()
  await quiet.intake.behind(async () => { quiet.seen.push('fold') })
  t.same(quiet.seen, ['read b', 'commit b', 'fold'])
  quiet.commits.get('b')?.resolve('')
  await b
})

t.test('however many works go on in slices, a turn of the event loop has one slice of one of them', async (t) => {
  const order: string[] = []
  const work = async (name: string): Promise<void> => {
    const slices = new Slices()
    for (let i = 0; i < 3; i++) {
      await slices.pause()
      order.push(name)
    }
  }
  const all = Promise.all(['a', 'b', 'c'].map(work))
  for (let i = 0; i < 20; i++) {
    await new Promise((resolve) => setImmediate(resolve))
    order.push('|')
  }
  await all
  t.equal(order.join('').replaceAll(/\|+/g, '|'), '|a|b|c|a|b|c|a|b|c|'.slice(order[0] === '|' ? 0 : 1))
})
