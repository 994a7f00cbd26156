import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import t from 'tap'
import { embeddedUrl } from '../../src/embedded-postgres/running.ts'
import { findDifferences } from '../../src/rollups/verify.ts'
import { bearer, event, OPERATOR_TOKEN } from '../support/builders.ts'
import { postgresPid, startProcess, type RunningService } from '../support/process.ts'

const SHARED = 300
const OWN = 200
const KILLS = 6

/** What is sent as a month: some events that every generation has, corrected each time, and some of its own. */
const generation = (n: number): object[] => [
  ...Array.from({ length: SHARED }, (_, i) => event(`shared-${i}`, { count: n })),
  ...Array.from({ length: OWN }, (_, i) => event(`own-${n % 3}-${i}`, { count: n }))
]

t.test('kill -9 in the middle of a replaced period: all of it or nothing', async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'lpp-kill-replace-'))
  t.teardown(() => {
    rmSync(dataDir, { recursive: true, force: true })
  })
  const start = async (): Promise<RunningService> => await startProcess(dataDir, { OPERATOR_TOKEN })
  let service = await start()
  t.teardown(async () => {
    if (service.child.exitCode === null && service.child.signalCode === null) await service.end('SIGINT')
  })
  const ask = async (method: string, path: string, token: string, body?: object): Promise<any> => {
    const response = await fetch(`${service.url}${path}`, {
      method,
      headers: { ...bearer(token), ...body && { 'content-type': 'application/json' } },
      ...body && { body: JSON.stringify(body) }
    })
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
    return await response.json()
  }
  await ask('PUT', '/v1/sources/solihull/bartec', OPERATOR_TOKEN, { services: ['report-missed-bin'] })
  const { token } = await ask('POST', '/v1/sources/solihull/bartec/tokens', OPERATOR_TOKEN, {})
  const replace = async (n: number): Promise<any> =>
    await ask('POST', '/v1/events?replace_period=2014-05-01/2014-05-31', token, generation(n))
  const began = performance.now()
  t.match(await replace(1), { stored: SHARED + OWN, voided: 0 })
  t.match(await replace(2), { stored: OWN, revised: SHARED, voided: OWN })
  const usualMs = (performance.now() - began) / 2

  let [acknowledged, next] = [2, 3]
  for (let kill = 0; kill < KILLS; kill++) {
    const tried = [acknowledged]
    const sending = (async () => {
      for (;;) {
        tried.push(next)
        await replace(next)
        acknowledged = next++
        tried.splice(0, tried.length, acknowledged)
      }
    })().catch(() => undefined)
    await wait(usualMs * (0.3 + kill / KILLS * 2))
    if (kill % 2 === 0) {
      await service.end('SIGKILL')
      await sending
      service = await start()
    } else {
      process.kill(postgresPid(dataDir), 'SIGKILL')
      await sending
      while (!(await fetch(`${service.url}/readyz`)).ok) await wait(50)
    }
    const { data } = await ask('GET', '/v1/events?voided=false&limit=1000', token)
    const [{ count: held }] = data
    t.ok(tried.includes(held), `generation ${held} holds, of ${tried.join(' and ')}`)
    t.same(
      data.map(({ id, count }: any) => `${id} ${count}`).sort(),
      generation(held).map(({ id, count }: any) => `${id} ${count}`).sort(),
      'and nothing but it'
    )
    next = held + 1
    acknowledged = held
  }
  const client = new pg.Client({ connectionString: embeddedUrl(dataDir) })
  await client.connect()
  t.same(await findDifferences(client, 10), [])
  const { rows } = await client.query('SELECT received, stored, revised, duplicates, rejected FROM receipt')
  t.ok(rows.every(({ received, stored, revised, duplicates, rejected }) =>
    received === stored + revised + duplicates + rejected))
  await client.end()
})
