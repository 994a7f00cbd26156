import t from 'tap'
import { openCatalogue } from '../../src/catalogue/live.ts'
import { testDatabase } from '../support/app.ts'
import { waitUntil } from '../support/wait-until.ts'

t.test('whoever asks for the catalogue while it is read gets one that was read afterwards', async (t) => {
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
  await db.updateTable('channel').set({ label: 'Changed meanwhile' }).where('slug', '=', 'web').execute()
  const later = [catalogue.refresh(), catalogue.refresh()]
  letGo(undefined)
  await earlier
  await Promise.all(later)
  t.match(catalogue.directory.channel('web'), { label: 'Changed meanwhile' })
})
