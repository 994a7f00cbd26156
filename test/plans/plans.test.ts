import t from 'tap'
import { LISTED } from '../../src/postgres/cluster/tables.ts'
import { testDatabase } from '../support/app.ts'
import { readStatements, type Statement } from '../support/statements.ts'
import { isOf, SEVERAL } from './several-tasks.ts'

/**
 * Explains, on a distributed database, every statement that the service sent in the tests before: each is one task on
 * one shard, or reads nothing but tables of the coordinator, or stands in the list of several-tasks.ts with a reason.
 * `npm run test:cluster` runs it behind the others.
 *
 * What a plan does not tell is found by the tests that ran the statements: a sub-select without columns and columns of
 * one unnest() of several arrays have plans, and fail once they run on several shards; COPY has no plan. Functions of
 * the database that look into tables of the nodes would look local: their names are looked for.
 */
const directory = process.env['TEST_STATEMENTS']
const skip = process.env['TEST_ON_CLUSTER'] === undefined || directory === undefined
  ? 'npm run test:cluster runs it (docs/changing.md)'
  : false

t.test('statements are one task on one shard, or in the list', { skip }, async (t) => {
  const statements = readStatements(directory ?? '')
  t.ok(statements.length > 0, `${statements.length} statements were sent`)
  const { database: { pool } } = await testDatabase(t, { asRunRole: false })
  const { rows: functions } = await pool.query<{ name: string }>(
    `SELECT DISTINCT proname AS name FROM pg_proc
      WHERE pronamespace = current_schema()::regnamespace AND prosrc ~ $1`,
    [`\\y(${LISTED.join('|')})\\y`]
  )
  const hidden = functions.map(({ name }) => name)

  const explain = async ({ text, values }: Statement): Promise<NotOne | undefined> => {
    const named = hidden.filter((name) => new RegExp(`\\b${name}\\b`).test(text))
    if (named.length > 0) return { why: `calls ${named.join(', ')}, which has plans of its own`, inTurn: true }
    try {
      // queryMode: what the types do not know; without it a statement that has no parameters goes as several might.
      const query = { text: `EXPLAIN (VERBOSE, COSTS OFF, FORMAT JSON) ${text}`, values, queryMode: 'extended' }
      const { rows: [row] } = await pool.query<{ 'QUERY PLAN': unknown }>(query)
      return whyNotOne(row?.['QUERY PLAN'])
    } catch (error) {
      return { why: `cannot be explained: ${(error as Error).message}`, inTurn: true }
    }
  }

  const used = new Set<number>()
  for (const statement of statements) {
    const found = await explain(statement)
    if (found === undefined) continue
    const listed = SEVERAL.findIndex((entry) => isOf(statement, entry) && (entry.inTurn === true || !found.inTurn))
    if (listed >= 0) used.add(listed)
    else t.fail(`${statement.at}: ${found.why}`, { statement: statement.text })
  }
  t.comment(`${statements.length} statements, ${used.size} entries of the list`)
  if (process.env['TEST_EVERY_FILE'] === undefined) return
  for (const [n, { at, has }] of SEVERAL.entries()) {
    t.ok(used.has(n), `the list names ${at} ${has}: some statement there needs it`)
  }
})

interface NotOne { why: string, inTurn: boolean }

/** Undefined: one task on one shard, or nothing but tables of the coordinator. */
function whyNotOne (plan: unknown): NotOne | undefined {
  const found = { scans: 0, tasks: [] as number[], subplans: 0, methods: [] as string[] }
  const look = (node: unknown): void => {
    if (node === null || typeof node !== 'object') return
    for (const [name, value] of Object.entries(node)) {
      if (name === 'Custom Plan Provider') found.scans++
      if (name === 'Task Count') found.tasks.push(Number(value))
      if (name === 'Subplans') found.subplans += (value as unknown[]).length
      if (/^INSERT.*SELECT method$/i.test(name)) found.methods.push(String(value))
      look(value)
    }
  }
  look(plan)
  const { scans, tasks, subplans, methods } = found
  if (methods.length > 0) return { why: `INSERT … SELECT by ${methods.join(', ')}`, inTurn: true }
  if (subplans > 0) return { why: `${subplans} sub-plans, and ${tasks.join(' and ')} tasks`, inTurn: true }
  if (scans > 1) return { why: `${scans} scans of the nodes, one after the other`, inTurn: true }
  return tasks.some((count) => count > 1) ? { why: `${tasks.join(' and ')} tasks`, inTurn: false } : undefined
}
