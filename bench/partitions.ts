import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type pg from 'pg'
import type { Source } from '../src/catalogue/directory.ts'
import { Slices } from '../src/domain/slices.ts'
import { startEmbeddedPostgres } from '../src/embedded-postgres/postgres.ts'
import { appendEvents, encodeBatch } from '../src/events/append-events.ts'
import type { EventRow } from '../src/events/columns.ts'
import { listEvents } from '../src/events/store/list.ts'
import { eventPages } from '../src/events/store/pages.ts'
import { readEvent } from '../src/events/store/read.ts'
import { storeEvents } from '../src/events/store-events.ts'
import type { CheckedBatch } from '../src/intake/accept-batch.ts'
import { ownerOf } from '../src/intake/owner.ts'
import { REFUSE_REPEATS } from '../src/intake/repeats.ts'
import { drawReceiptIds } from '../src/intake/store/receipts.ts'
import { Nodes } from '../src/postgres/cluster/nodes.ts'
import { within } from '../src/postgres/scoped.ts'
import { inTransaction } from '../src/postgres/transaction.ts'
import { findDifferences } from '../src/rollups/index.ts'
import { foldPending, readPending } from '../src/rollups/fold.ts'
import { median, quantile } from './support/measure.ts'
import { measuredOn, report } from './support/results.ts'
import { openSide, type Side } from './support/side.ts'

/**
 * Events in parts by a hash of their owner against a plain table, and that against itself: CPU of one backend of
 * Postgres for what the service does with events, in turns, so that what else the machine does weighs on all alike.
 */
const { values: options } = parseArgs({
  options: {
    parts: { type: 'string', default: '16' },
    rounds: { type: 'string', default: '20' },
    events: { type: 'string', default: '300000' }, // stored before anything is measured
    authorities: { type: 'string', default: '50' },
    only: { type: 'string', default: '' } // what is measured: a pattern
  }
})
const [parts, rounds, events, authorities] = [
  Number(options.parts), Number(options.rounds), Number(options.events), Number(options.authorities)
]
const BATCH = 1000
const EVENTS_A_DAY = 500

const directory = mkdtempSync(join(process.env['BENCH_DIR'] ?? tmpdir(), 'lpp-bench-'))
const postgres = await startEmbeddedPostgres({ directory, log: () => undefined })
measuredOn({ version: '18', own: true })
const sides: Side[] = []
for (const [name, of] of [['plain', undefined], ['control', undefined], ['parts', parts]] as const) {
  sides.push(await openSide({ server: postgres.url, name, parts: of, authorities }))
}

const idOf = (serial: number): string => `BENCH-2024-${String(serial).padStart(9, '0')}`

/** The event of a serial number; `more` makes it another one. */
function eventOf (source: Source, serial: number, more: Partial<EventRow> = {}): EventRow {
  const day = Math.floor(serial / EVENTS_A_DAY) % 366
  return {
    id: idOf(serial),
    revision: 1,
    type: 1,
    authorityId: source.authority_id,
    serviceId: source.services[serial % source.services.length]!,
    occurredAt: Date.UTC(2024, 0, 1) + day * 86_400_000,
    localDay: 19_723 + day,
    channelId: 1 + serial % 6,
    outcome: 1,
    count: 1,
    wardId: 1 + serial % 20,
    street: 0,
    amountPence: null,
    durationSeconds: null,
    providerId: 0,
    avoidable: false,
    attributes: '{"device":"mobile"}',
    ...more
  }
}

const checked = (source: Source, rows: EventRow[]): CheckedBatch<EventRow> => ({
  source,
  bytes: 0,
  read: () => { throw new Error('its rows are read') },
  lenient: false,
  dryRun: false,
  repeats: REFUSE_REPEATS,
  idempotency: undefined,
  rows: rows.map((row, index) => ({ index, row })),
  errors: [],
  received: rows.length,
  at: new Date(),
  refusals: undefined
})

/** New events of some sources, so many of each, in one transaction. */
async function append (side: Side, sources: Source[], each: number): Promise<void> {
  const receipts = await drawReceiptIds(side.pool, sources.length)
  const batches = sources.map((source, i) => {
    const rows = Array.from({ length: each }, () => eventOf(source, side.serial++))
    return encodeBatch(checked(source, rows), receipts[i]!, new Slices())
  })
  await appendEvents(side.pool, new Nodes(side.pool), await Promise.all(batches))
}

const store = async (side: Side, source: Source, rows: EventRow[]): Promise<void> => {
  await inTransaction(side.pool, async (client) => await storeEvents(client, checked(source, rows)))
}

let turn = 0
const some = (side: Side, count: number): Source[] =>
  Array.from({ length: count }, (_, i) => side.sources[(turn + i) % side.sources.length]!)
/** Of the events that are stored before all else, 1,000 to a source. */
const stored = (source: Source, side: Side, more?: Partial<EventRow>): EventRow[] => {
  const first = side.sources.indexOf(source) * BATCH
  return Array.from({ length: BATCH }, (_, i) => eventOf(source, first + i, more))
}
/** Half of the sources correct what they sent. */
const resender = (side: Side): Source => side.sources[turn % (authorities / 2)]!
const corrector = (side: Side): Source => side.sources[authorities / 2 + turn % (authorities / 2)]!
const reading = (side: Side, source: Source): pg.ClientBase =>
  within(side.pool, { authorityIds: [source.authority_id] })

/** What is measured, with how often in a turn and how many events each is about. */
interface Work { name: string, times: number, of: number, run: (side: Side, i: number) => Promise<unknown> }
const all: Work[] = [
  {
    name: 'batches of 1,000, four sources a transaction',
    times: 2,
    of: 4 * BATCH,
    run: async (side) => await append(side, some(side, 4), BATCH)
  },
  {
    name: 'batches of 1,000, one source',
    times: 4,
    of: BATCH,
    run: async (side) => await append(side, some(side, 1), BATCH)
  },
  { name: 'one event', times: 100, of: 1, run: async (side) => await append(side, some(side, 1), 1) },
  { name: '16 sources, one event each', times: 30, of: 16, run: async (side) => await append(side, some(side, 16), 1) },
  {
    name: '1,000 events sent again',
    times: 3,
    of: BATCH,
    run: async (side) => {
      const source = resender(side)
      await store(side, source, stored(source, side))
    }
  },
  {
    name: 'one event sent again',
    times: 50,
    of: 1,
    run: async (side, i) => {
      const source = resender(side)
      await store(side, source, stored(source, side).slice(i, i + 1))
    }
  },
  {
    name: '100 events corrected',
    times: 2,
    of: 100,
    run: async (side) => {
      const source = corrector(side)
      const more = { revision: 2 + round * 2 + turn % 2, count: 2 + round * 2 + turn % 2 }
      await store(side, source, stored(source, side, more).slice(0, 100))
    }
  },
  {
    name: 'GET of one event',
    times: 100,
    of: 1,
    run: async (side, i) => {
      const [source] = some(side, 1)
      const id = idOf(side.sources.indexOf(source!) * BATCH + i)
      const found = await readEvent(reading(side, source!), ownerOf(source!), id)
      if (found.length === 0) throw new Error('an event is not there')
    }
  },
  {
    name: 'a page of 100 events',
    times: 20,
    of: 1,
    run: async (side) => {
      const [source] = some(side, 1)
      const { events } = await listEvents(reading(side, source!), ownerOf(source!), {}, { after: '', limit: 100 })
      if (events.length !== 100) throw new Error('a page is short')
    }
  },
  {
    name: 'a day of a source, looked for',
    times: 3,
    of: 1,
    run: async (side) => {
      const [source] = some(side, 1)
      await listEvents(reading(side, source!), ownerOf(source!), { from: '2024-03-01', to: '2024-03-01' }, { after: '', limit: 100 })
    }
  },
  {
    name: 'export of a source',
    times: 1,
    of: 1,
    run: async (side) => {
      const [source] = some(side, 1)
      let read = 0
      for await (const page of eventPages(reading(side, source!), ownerOf(source!), { after: '' })) read += page.length
      if (read < BATCH) throw new Error('an export is short')
    }
  },
  {
    name: 'rollups verify',
    times: 1,
    of: 1,
    run: async (side) => {
      const differences = await inTransaction(side.pool, async (client) => {
        await client.query("SET LOCAL statement_timeout = 0; SET LOCAL work_mem = '256MB'")
        return await findDifferences(client, 1)
      })
      if (differences.length > 0) throw new Error('rollups differ')
    }
  }
]
const works = all.filter(({ name }) => new RegExp(options.only).test(name))

const fold = async (side: Side): Promise<void> => {
  await inTransaction(side.pool, async (client) => await foldPending(client, await readPending(side.pool)))
}

for (const side of sides) {
  for (const source of side.sources) await append(side, [source], BATCH)
  while (side.serial < events) await append(side, some(side, 4), BATCH)
  await fold(side)
  await side.pool.query('VACUUM ANALYZE')
}
const spent = works.map(() => sides.map((): number[] => []))
const WARM = 2
let round = 0
for (let counted = -WARM; counted < rounds; counted++, round++) {
  for (const [w, { times, of, run }] of works.entries()) {
    for (let i = 0; i < times; i++, turn++) {
      for (const s of i % 2 === round % 2 ? [0, 1, 2] : [2, 1, 0]) {
        const side = sides[s]!
        const before = side.cpu()
        await run(side, i)
        if (counted >= 0) spent[w]![s]!.push((side.cpu() - before) / of * 1e6)
      }
    }
  }
  for (const side of sides) await fold(side)
}
const spread = (values: number[]): string =>
  [0.25, 0.5, 0.75].map((q) => quantile(values, q).toPrecision(3)).join(' ')
const { rows: [size] } = await sides[2]!.pool.query(
  "SELECT sum(pg_total_relation_size(relid)) AS parts FROM pg_partition_tree('event') WHERE isleaf"
)
const { rows: [plainSize] } = await sides[0]!.pool.query("SELECT pg_total_relation_size('event') AS plain")
report(
  `partitions-${parts}`,
  `Events in ${parts} parts against a plain table: CPU of a backend in us, quartiles of ${rounds} rounds and more`,
  [
    ...works.map(({ name }, w) => {
      const [plain = [], control = [], inParts = []] = spent[w]!
      return {
        what: name,
        plain: spread(plain),
        parts: spread(inParts),
        'parts of plain': median(inParts) / median(plain),
        'plain of plain': median(control) / median(plain)
      }
    }),
    { what: 'bytes of events and their key', 'parts of plain': size.parts / plainSize.plain }
  ]
)
for (const side of sides) await side.close()
await postgres.stop()
rmSync(directory, { recursive: true, force: true })
