import t from 'tap'
import type { Source } from '../../src/catalogue/directory.ts'
import { mustReportOn } from '../../src/catalogue/source-reach.ts'
import { encodeBatch } from '../../src/events/append-events.ts'
import { Slices } from '../../src/domain/slices.ts'

const source = { id: 5, name: 'crm', authority_id: 3, provider_for: [4], authority: { slug: 'centro' } } as Source

t.test('rows that are appended are about authorities of their source, or nothing of them is written', async (t) => {
  t.doesNotThrow(() => mustReportOn(source, [{ authorityId: 3 }, { authorityId: 4 }]))
  const message = 'a row about authority 9 of centro/crm'
  t.throws(() => mustReportOn(source, [{ authorityId: 3 }, { authorityId: 9 }]), { message })
  const batch = { source, errors: [], rows: [{ index: 0, row: { id: 'a', authorityId: 9 } }] }
  await t.rejects(encodeBatch(batch as unknown as Parameters<typeof encodeBatch>[0], 1, new Slices()), { message })
})
