import t from 'tap'
import { openCatalogue } from '../../src/catalogue/live.ts'
import { testDatabase } from '../support/app.ts'
import { waitUntil } from '../support/wait-until.ts'

t.test('a catalogue that was read earlier does not take the place of one that was read later', async (t) => {
  const { database: { db } } = await testDatabase(t)
  const { promise, resolve: letGo } = Promise.withResolvers<undefined>()
  let [hold, held]: [Promise<undefined> | undefined, boolean] = [undefined, false]
  const catalogue = await openCatalogue(db.withPlugin({
    transformQuery: ({ node }) => node,
    transformResult: async ({ result }) => {
      held = hold !== undefined
      await hold
      return result
    }
  }), Date.now)
  hold = promise
  const earlier = catalogue.refresh()
  await waitUntil('the earlier one is held up', () => held)
  hold = undefined
  const { directory: first } = catalogue
  await catalogue.refresh()
  const { directory: later } = catalogue
  t.not(later, first)
  letGo(undefined)
  await earlier
  t.equal(catalogue.directory, later)
})
