import fc from '../support/properties.ts'
import { sql } from 'kysely'
import t from 'tap'
import { up as revisedDays } from '../../migrations/0010-revisions.ts'
import { ROLLUPS } from '../../src/rollups/dimensions.ts'
import { findDifferences } from '../../src/rollups/index.ts'
import { testApp, testSource, type TestApp } from '../support/app.ts'
import { operator } from '../support/builders.ts'

/**
 * Several writers at once send, replay, revise, void, contradict and botch events that all fall on the same few days,
 * channels and wards; a naive model of what should count is compared with every series, and the rollups with the raw
 * rows.
 */
const WRITERS = 4
const INSTANTS = [
  '2014-03-29T23:59:59Z',
  '2014-03-30T00:30:00Z',
  '2014-03-30T23:30:00Z',
  '2014-05-26T00:00:00+01:00',
  '2014-05-31T23:30:00Z',
  '2014-06-01T12:00:00Z',
  '2014-10-25T23:30:00Z',
  '2014-10-26T00:30:00Z',
  '2014-10-26T23:30:00Z'
]
const CHANNELS = ['web', 'Phone', 'email', undefined]
const WORD: Record<string, string> = { Phone: 'telephone-agent' }
const WARDS = ['E05001284', 'E05001285', 'E05001286', undefined]
const OUTCOMES = ['reported', 'confirmed', undefined]
const DETAILS = [
  {},
  { amount_pence: 1250 },
  { amount_pence: -300, duration_seconds: 0, attributes: { reason: 'not-presented', assisted: true } },
  { duration_seconds: 432_000, attributes: { reason: 'contaminated' } },
  { duration_seconds: 432_001, attributes: { container: 'food', reason: 'not-presented' } },
  { attributes: { assisted: false } }
]

interface Content { at: number, channel: number, ward: number, outcome: number, details: number, count: number }
interface Step {
  kind: 'new' | 'revise' | 'void' | 'replay' | 'contradict' | 'botch'
  pick: number
  content: Content
  strict: boolean
}
interface Live { id: string, revision: number, content: Content, voided: boolean, revised: string[] }

const contentArbitrary = fc.record({
  at: fc.nat(INSTANTS.length - 1),
  channel: fc.nat(CHANNELS.length - 1),
  ward: fc.nat(WARDS.length - 1),
  outcome: fc.nat(OUTCOMES.length - 1),
  details: fc.nat(DETAILS.length - 1),
  count: fc.nat(3)
})
const stepArbitrary: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('new', 'new', 'new', 'revise', 'void', 'replay', 'contradict', 'botch'),
  pick: fc.nat(1000),
  content: contentArbitrary,
  strict: fc.boolean()
})

const toEvent = (id: string, revision: number, { at, channel, ward, outcome, details, count }: Content) => ({
  id,
  ...(revision > 1 && { revision }),
  authority: 'solihull',
  service: 'report-missed-bin',
  occurred_at: INSTANTS[at],
  channel: CHANNELS[channel],
  ward: WARDS[ward],
  outcome: OUTCOMES[outcome],
  count,
  ...DETAILS[details],
  street: 45203500 + at
})

t.test('rollups equal raw and every series equals the model, whatever several writers do at once', async (t) => {
  const site = await testApp(t, '2015-01-10T12:00:00Z')
  const headers = await testSource(site.app, 'solihull/bartec', {
    services: ['report-missed-bin'], channels: { Phone: 'telephone-agent' }
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(stepArbitrary, { maxLength: 25 }), { minLength: WRITERS, maxLength: WRITERS }),
      async (scripts) => {
        await site.database.pool.query(`TRUNCATE event, event_history, receipt, revised_day, rollup_pending, rollup_pending_detail, ${ROLLUPS.map(({ folded }) => folded).join(', ')}`)
        // What is pending lessens by folds alone, and so answers are known to hold: emptied tables have to be
        // told as one.
        await site.database.pool.query(`
      INSERT INTO series_state AS state (authority_id, service_id, type, folds)
      SELECT authority.id, service.id, 1, 1 FROM authority, service WHERE authority.slug = 'solihull'
        AND service.slug = 'report-missed-bin'
      ON CONFLICT (authority_id, service_id, type) DO UPDATE SET folds = state.folds + 1`)
        const shared: object[] = [] // first revisions anybody may replay
        const models = await Promise
          .all(scripts.map(async (script, writer) => await runWriter(site, headers, script, writer, shared)))
        const live = models.flat().filter(({ voided }) => !voided).map(({ content }) => content)
        const differences = await findDifferences(site.database.pool, 10)
        if (differences.length > 0) throw new Error(JSON.stringify(differences))
        await compareRevisedDays(site)
        await compareSeries(site, live, models.flat().flatMap(({ revised }) => revised))
      }
    ),
    { numRuns: 12, endOnFailure: true }
  )
  t.pass('all runs agree')
})

// What was marked with each correction is what a migration finds in the events and their history.
async function compareRevisedDays ({ database: { db } }: TestApp): Promise<void> {
  const trx = await db.startTransaction().execute()
  try {
    const read = async () => (await sql`SELECT * FROM revised_day ORDER BY 1, 2, 3, 4`.execute(trx)).rows
    const marked = await read()
    await sql`DROP TABLE revised_day, observation_replacement`.execute(trx)
    await revisedDays(trx as never)
    const found = await read()
    if (JSON.stringify(marked) !== JSON.stringify(found)) throw new Error(JSON.stringify({ marked, found }))
  } finally {
    await trx.rollback().execute() // with the tables go the rights to read them
  }
}

async function runWriter (
  { app }: TestApp, headers: Record<string, string>, script: Step[], writer: number, shared: object[]
): Promise<Live[]> {
  const mine: Live[] = []
  const send = async (rows: object[], lenient: boolean) => {
    const response = await app.inject({
      method: 'POST',
      url: '/v1/events',
      headers: { ...headers, ...(lenient && { prefer: 'handling=lenient' }) },
      payload: rows
    })
    return response.json()
  }
  for (const [n, { kind, pick, content, strict }] of script.entries()) {
    const known = mine[pick % Math.max(1, mine.length)]
    const id = `w${writer}-${n}`
    if (kind === 'new' || known === undefined) {
      const twin = { ...content, count: content.count + 1 }
      const rows = [toEvent(id, 1, content), toEvent(`${id}b`, 1, twin)]
      const { stored, duplicates } = await send(rows, false)
      if (stored + duplicates !== 2) throw new Error('new rows were not taken')
      shared.push(rows[0] ?? {})
      mine.push({ id, revision: 1, content, voided: false, revised: [] }, {
        id: `${id}b`,
        revision: 1,
        content: twin,
        voided: false,
        revised: []
      })
    } else if (kind === 'revise') {
      const { revised } = await send([toEvent(known.id, known.revision + 1, content)], !strict)
      if (revised !== 1) throw new Error('a revision was not taken')
      known.revised.push(dayOf(known.content), dayOf(content))
      Object.assign(known, { revision: known.revision + 1, content, voided: false })
    } else if (kind === 'void') {
      await app.inject({ method: 'DELETE', url: `/v1/events/${known.id}`, headers })
      known.voided = true
      known.revised.push(dayOf(known.content))
    } else if (kind === 'replay') {
      const again = shared[pick % shared.length] ?? {}
      const { duplicates } = await send([again, again], strict)
      if (duplicates !== 2) throw new Error('a replay was not a duplicate')
    } else if (kind === 'contradict') {
      const other = { ...known.content, count: known.content.count + 7 }
      const answer = await send([toEvent(known.id, known.revision, other)], !strict)
      if (answer.rejected !== 1 && answer.code !== 'conflict') throw new Error('a contradiction was taken')
    } else {
      const rows = [toEvent(`${id}x`, 1, content), { ...toEvent(`${id}y`, 1, content), ward: 'nowhere' }]
      const answer = await send(rows, !strict)
      if (strict ? answer.code !== 'rows-rejected' : answer.stored !== 1 || answer.rejected !== 1) {
        throw new Error('a botched batch was taken whole')
      }
      if (!strict) mine.push({ id: `${id}x`, revision: 1, content, voided: false, revised: [] })
    }
  }
  return mine
}

const london = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/London' })
const DAYS = INSTANTS.map((instant) => london.format(new Date(instant)))
const dayOf = ({ at }: Content): string => DAYS[at] ?? ''
const outcomeOf = ({ outcome }: Content): string => OUTCOMES[outcome] ?? 'reported'
const DIMENSIONS = {
  channel: ({ channel }: Content): string => WORD[CHANNELS[channel] ?? ''] ?? CHANNELS[channel] ?? 'unknown',
  outcome: outcomeOf,
  ward: ({ ward }: Content): string => WARDS[ward] ?? 'unknown'
}
type Dimension = keyof typeof DIMENSIONS

async function compareSeries ({ app }: TestApp, live: Content[], revised: string[]): Promise<void> {
  const groupings: Dimension[][] = [[], ['channel'], ['ward'], ['outcome'], ['channel', 'outcome'], ['ward', 'channel']]
  for (const groupBy of groupings) {
    for (const period of ['day', 'week', 'month', 'quarter', 'financial_year']) {
      for (const outcome of [undefined, 'confirmed']) {
        const query = `period=${period}&start_on=2014-03-24&end_on=2014-10-31${groupBy.map((dimension) => `&group_by=${dimension}`).join('')}${outcome === undefined ? '' : `&outcome=${outcome}`}`
        const { data } = (await app.inject({
          url: `/v1/series?authority=solihull&service=report-missed-bin&${query}`,
          headers: operator // small wards are suppressed for the public
        })).json()
        // Who never confirms anything has no count of what was confirmed, which is not 0.
        const isNeverSent = outcome !== undefined && !live.some((content) => outcomeOf(content) === outcome)
        let total = 0
        for (const { group, values } of data) {
          for (const { start_on, end_on, value, status } of values) {
            const inPeriod = live.filter((content) => dayOf(content) >= start_on && dayOf(content) <= end_on)
            const meant = inPeriod.filter((content) =>
              (outcome === undefined || outcomeOf(content) === outcome) &&
              groupBy.every((dimension) => DIMENSIONS[dimension](content) === group[dimension])
            )
            const ofFigure = revised.some((day) => day >= start_on && day <= end_on)
              ? 'revised'
              : sum(meant) === 0 ? 'zero' : 'ok'
            const wanted = inPeriod.length === 0 || isNeverSent ? [null, 'missing'] : [sum(meant), ofFigure]
            if (value !== wanted[0] || status !== wanted[1]) {
              throw new Error(`${query} ${JSON.stringify(group)} ${start_on}: ${value} ${status}, meant ${wanted.join(' ')}`)
            }
            total += value ?? 0
          }
        }
        if (total !== sum(live.filter((content) => outcome === undefined || outcomeOf(content) === outcome))) {
          throw new Error(`${query}: groups are missing`)
        }
      }
    }
  }
}

const sum = (contents: Content[]): number => contents.reduce((total, { count }) => total + count, 0)
