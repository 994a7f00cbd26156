import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import t from 'tap'
import { embeddedUrl } from '../../src/embedded-postgres/running.ts'
import { findDifferences } from '../../src/rollups/verify.ts'
import { bearer, event } from '../support/builders.ts'
import { operatorToken, startProcess } from '../support/process.ts'

const BATCH = 200

t.test('kill -9 while refused rows are written and replayed: receipts and what is kept agree', async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'lpp-refused-'))
  t.teardown(() => {
    rmSync(dataDir, { recursive: true, force: true })
  })
  let service = await startProcess(dataDir)
  t.teardown(async () => {
    if (service.child.exitCode === null && service.child.signalCode === null) await service.end('SIGINT')
  })
  const call = async (method: string, path: string, token: string, body?: object) => {
    const answer = await fetch(`${service.url}${path}`, {
      method,
      headers: { ...bearer(token), prefer: 'handling=lenient', ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) })
    })
    return await answer.json() as any
  }
  const operator = operatorToken(dataDir)
  const settings = { services: ['report-missed-bin'] }
  await call('PUT', '/v1/sources/solihull/bartec', operator, settings)
  const { token } = await call('POST', '/v1/sources/solihull/bartec/tokens', operator, {})
  const acknowledged: string[] = []
  const stopping = new AbortController()
  t.teardown(() => stopping.abort())
  const sending = (async () => {
    for (let n = 0; !stopping.signal.aborted; n++) {
      const rows = Array.from({ length: BATCH }, (_, i) => event(`${n}-${i}`, i % 2 === 0 ? {} : { channel: 'Fone' }))
      let receipt: string | undefined
      while (receipt === undefined) {
        receipt = (await call('POST', '/v1/events', token, rows).catch(() => ({}))).receipt
        if (receipt === undefined) await wait(20)
        else acknowledged.push(receipt)
      }
    }
  })()
  const kill = async (): Promise<void> => {
    await service.end('SIGKILL')
    service = await startProcess(dataDir)
  }
  for (let kills = 0; kills < 2; kills++) {
    const before = acknowledged.length
    while (acknowledged.length < before + 4) await wait(10)
    await kill()
  }
  stopping.abort()
  await sending

  await call('PUT', '/v1/sources/solihull/bartec', operator, { ...settings, channels: { Fone: 'telephone-agent' } })
  const cut = call('POST', '/v1/rejections:replay', token).catch(() => undefined)
  await wait(30)
  await kill()
  await cut
  for (let left = 1; left > 0;) ({ left } = await call('POST', '/v1/rejections:replay', token))

  const client = new pg.Client({ connectionString: embeddedUrl(dataDir) })
  await client.connect()
  const { rows: apart } = await client.query(`
    SELECT id, rejected, kept FROM receipt
    LEFT JOIN LATERAL (SELECT count(*) AS kept FROM rejection WHERE receipt_id = receipt.id) AS kept ON true
    WHERE rejected <> kept`)
  t.same(apart, [], 'as many are kept as a receipt says')
  const { rows: [states] } = await client.query(
    'SELECT count(*)::int AS all, count(*) FILTER (WHERE state = 3)::int AS replayed FROM rejection'
  )
  t.equal(states.replayed, states.all, 'all were replayed')
  t.ok(states.all >= acknowledged.length * BATCH / 2)
  const { rows: [events] } = await client.query('SELECT count(*)::int AS all, count(DISTINCT id)::int AS ids FROM event')
  t.equal(events.all, events.ids)
  t.equal(events.ids % BATCH, 0, 'each row of each batch is stored once')
  t.same(await findDifferences(client, 10), [])
  await client.end()
})
