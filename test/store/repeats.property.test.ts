import fc from '../support/properties.ts'
import t from 'tap'
import { findDifferences } from '../../src/rollups/index.ts'
import { testApp, testSource } from '../support/app.ts'
import { call, event, get } from '../support/builders.ts'

const HIGHEST = Number.MAX_SAFE_INTEGER
const IDS = ['a', 'b', 'c', 'd']

interface Row { id: number, count: number, revision?: number | undefined }
interface Batch { mode: 'refuse' | 'newest' | 'replace' | 'replace-newest', rows: Row[] }
interface Version { revision: number, count: number }
type Verdict = 'stored' | 'revised' | 'duplicates' | 'older' | 'rejected'

/** What is meant, in as few words as possible: versions of each event, oldest first. */
class Model {
  versions: Version[][] = IDS.map(() => [])
  voided = IDS.map(() => false)

  send ({ mode, rows }: Batch): Record<Verdict | 'voided', number> | undefined {
    const counts = { stored: 0, revised: 0, duplicates: 0, older: 0, rejected: 0, voided: 0 }
    const before = structuredClone([this.versions, this.voided] as const)
    const isStrict = mode.startsWith('replace')
    const sorted = mode === 'refuse'
      ? rows.map((row, i) => ({ row, i })).sort((a, b) =>
        a.row.id - b.row.id || (a.row.revision ?? 1) - (b.row.revision ?? 1) || a.i - b.i).map(({ row }) => row)
      : this.winners(rows, mode.endsWith('newest'), counts)
    for (const row of sorted) counts[this.say(row, mode)]++
    if (isStrict) {
      if (counts.rejected > 0) {
        [this.versions, this.voided] = before
        return undefined
      }
      for (const id of IDS.keys()) {
        const isGone = (this.versions[id] ?? []).length > 0 && this.voided[id] === false
        if (!isGone || rows.some((row) => row.id === id)) continue
        this.voided[id] = true
        counts.voided++
      }
    }
    return counts
  }

  winners (rows: Row[], newest: boolean, counts: Record<Verdict, number>): Row[] {
    const kept = new Map<number, Row>()
    for (const row of rows) {
      const rival = kept.get(row.id)
      if (rival === undefined) kept.set(row.id, row)
      else {
        const [a, b] = [rival.revision, row.revision]
        if (rival.count === row.count) counts.duplicates++
        else if (newest || (a !== undefined && b !== undefined && a !== b)) counts.older++
        else {
          counts.rejected++
          continue
        }
        if (b === undefined || b >= (a ?? 0)) kept.set(row.id, row)
      }
    }
    return [...kept.values()]
  }

  say ({ id, count, revision: said }: Row, mode: Batch['mode']): Verdict {
    const versions = this.versions[id] ?? []
    const now = versions.at(-1)
    const revision = mode === 'refuse' ? said ?? 1 : said
    if (now === undefined) {
      versions.push({ revision: revision ?? 1, count })
      return 'stored'
    }
    const replace = (): Verdict => {
      versions.push({ revision: revision ?? Math.min(now.revision + 1, HIGHEST), count })
      this.voided[id] = false
      return 'revised'
    }
    if (now.count === count && (revision ?? now.revision) === now.revision) {
      return mode.startsWith('replace') && this.voided[id] === true ? replace() : 'duplicates'
    }
    if (revision !== undefined && revision > now.revision) return replace()
    const isKnown = versions.some((one) => one.count === count && (revision ?? one.revision) === one.revision)
    if (isKnown && !mode.startsWith('replace')) return revision === undefined ? 'older' : 'duplicates'
    if (revision === undefined) return replace()
    if (!mode.endsWith('newest')) return 'rejected'
    return revision === now.revision ? replace() : 'older'
  }
}

const AT = 1_764_288_000_000
const revision = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  fc.integer({ min: 1, max: 4 }),
  fc.integer({ min: 1_999_999_999, max: 2_000_000_002 }),
  fc.integer({ min: AT, max: AT + 2 }),
  fc.integer({ min: HIGHEST - 1, max: HIGHEST })
)
const row = fc.record({ id: fc.nat(IDS.length - 1), count: fc.integer({ min: 1, max: 3 }), revision })
const batch: fc.Arbitrary<Batch> = fc.record({
  mode: fc.constantFrom('refuse', 'refuse', 'newest', 'newest', 'replace', 'replace-newest'),
  rows: fc.array(row, { minLength: 1, maxLength: 6 })
})
const QUERY: Record<Batch['mode'], string> = {
  refuse: '',
  newest: '?on_repeat=newest',
  replace: '?replace_period=2014-05-27/2014-05-27',
  'replace-newest': '?replace_period=2014-05-27/2014-05-27&on_repeat=newest'
}

t.test('whatever is sent, of whatever revisions and however it is meant, what holds is what a model says', async (t) => {
  const { app, database: { pool } } = await testApp(t)
  let runs = 0
  await fc.assert(
    fc.asyncProperty(fc.array(batch, { minLength: 3, maxLength: 12 }), async (batches) => {
      const headers = await testSource(app, `solihull/run-${runs++}`)
      const model = new Model()
      for (const one of batches) {
        const { status, body } = await call(
          app, 'POST', `/v1/events${QUERY[one.mode]}`,
          { ...headers, ...!one.mode.startsWith('replace') && { prefer: 'handling=lenient' } },
          one.rows.map(({ id, ...more }) => event(IDS[id] ?? '', JSON.parse(JSON.stringify(more))))
        )
        const meant = model.send(one)
        if (meant === undefined) {
          if (status !== 409) throw new Error(`${JSON.stringify(one)}: ${status}`)
          continue
        }
        for (const [name, count] of Object.entries(meant)) {
          if ((body[name] ?? 0) !== count) {
            throw new Error(`${JSON.stringify(one)}: ${JSON.stringify(body)}, meant ${JSON.stringify(meant)}`)
          }
        }
      }
      for (const [id, versions] of model.versions.entries()) {
        const { data: [found] } = await get(app, `/v1/events?id=${IDS[id]}`, headers)
        const kept = found === undefined ? [] : [found, ...found.history].reverse()
        const said = kept.map(({ revision, count }: Version) => ({ revision, count }))
        if (JSON.stringify(said) !== JSON.stringify(versions)) {
          throw new Error(`${JSON.stringify(said)}, meant ${JSON.stringify(versions)}`)
        }
        if (found !== undefined && (found.voided_at !== null) !== model.voided[id]) throw new Error('wrongly voided')
      }
    }),
    { numRuns: 40, endOnFailure: true }
  )
  t.same(await findDifferences(pool, 10), [])
})
