import type { TestApp } from './app.ts'
import { call, operator } from './builders.ts'

export const EAST = ['elmbridge', 'epsom-and-ewell', 'mole-valley', 'reigate-and-banstead', 'tandridge']
export const WEST = ['guildford', 'runnymede', 'spelthorne', 'surrey-heath', 'waverley', 'woking']

const unitary = (slug: string, name: string, predecessors: string[], more: object = {}) => ({
  slug, name, type: 'unitary', predecessors, ...more
})

/** Eleven districts and a county give way to two councils, whose GSS codes nobody knows yet. */
export const SURREY = {
  title: 'Surrey 2027',
  on: '2027-04-01',
  order: 'The Surrey (Structural Changes) Order 2026',
  end: ['surrey', ...EAST, ...WEST],
  begin: [
    unitary('east-surrey', 'East Surrey Council', ['surrey', ...EAST], { population: 565_000 }),
    unitary('west-surrey', 'West Surrey Council', ['surrey', ...WEST], { population: 657_000 })
  ]
}

const BUCKS = ['aylesbury-vale', 'chiltern', 'south-bucks', 'wycombe']
/** A merger; the new council has the name of the county. */
export const BUCKINGHAMSHIRE = {
  title: 'Buckinghamshire 2020',
  on: '2020-04-01',
  order: 'The Buckinghamshire (Structural Changes) Order 2019, SI 2019/957',
  end: ['buckinghamshire', ...BUCKS],
  begin: [
    unitary('buckinghamshire', 'Buckinghamshire Council', ['buckinghamshire', ...BUCKS], {
      gss: 'E06000060', population: 547_060
    })
  ]
}

/** A split of a county. */
export const CUMBRIA = {
  title: 'Cumbria 2023',
  on: '2023-04-01',
  order: 'The Cumbria (Structural Changes) Order 2022, SI 2022/331',
  end: ['cumbria', 'allerdale', 'carlisle', 'copeland', 'barrow-in-furness', 'eden', 'south-lakeland'],
  begin: [
    unitary('cumberland', 'Cumberland Council', ['cumbria', 'allerdale', 'carlisle', 'copeland'], {
      gss: 'E06000063', population: 274_396
    }),
    unitary('westmorland-and-furness', 'Westmorland and Furness Council', [
      'cumbria', 'barrow-in-furness', 'eden', 'south-lakeland'
    ], { gss: 'E06000064', population: 225_385 })
  ]
}

/** Makes the shipped catalogue as it was before a reorganisation that has been: those that began are not there yet. */
export async function undoShipped ({ database: { pool }, catalogue }: TestApp, codes: string[]): Promise<void> {
  const { rows } = await pool.query<{ id: number }>('SELECT id FROM authority WHERE gss = ANY ($1)', [codes])
  const ids = rows.map(({ id }) => id)
  await pool.query('DELETE FROM area WHERE authority_id = ANY ($1)', [ids])
  await pool.query('DELETE FROM provision WHERE authority_id = ANY ($1)', [ids])
  await pool.query(
    `UPDATE authority SET valid_to = NULL, replaced_by = '{}', tier = CASE type WHEN 'county' THEN 'county' ELSE 'district' END
     WHERE replaced_by && $1`,
    [codes]
  )
  await pool.query('DELETE FROM authority WHERE id = ANY ($1)', [ids])
  await catalogue.refresh()
}

export async function reorganise ({ app }: Pick<TestApp, 'app'>, order: object, query = ''): Promise<any> {
  const { status, body } = await call(app, 'POST', `/v1/reorganisations${query}`, operator, order)
  if (status >= 300) throw new Error(JSON.stringify(body))
  return body
}

const TABLES = [
  'authority', 'area', 'provision', 'source', 'token', 'comparator_group', 'disclosure_rule', 'reorganisation'
]

/** Everything that a reorganisation may change, as it is stored. */
export async function stored ({ database: { pool } }: Pick<TestApp, 'database'>): Promise<Record<string, unknown[]>> {
  const found: Record<string, unknown[]> = {}
  for (const table of TABLES) {
    const { rows } = await pool.query(`SELECT to_jsonb(t) - 'last_used_at' AS row FROM ${table} AS t ORDER BY t::text`)
    found[table] = rows.map(({ row }) => row)
  }
  return found
}
