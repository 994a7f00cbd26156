import t from 'tap'
import { bearer, call, event } from '../support/builders.ts'
import { testTool } from '../support/tool.ts'

const SOURCE = 'solihull/bartec'
const DAY_MS = 86_400_000

t.test('status: what came in, what was refused, what is late', async (t) => {
  const { app, run, ok, clock } = await testTool(t)
  await ok(['sources', 'put', SOURCE, '-'], { input: 'services: [report-missed-bin]' })
  const token = (await ok(['tokens', 'make', '--source', SOURCE])).trim()
  const env = { LPP_TOKEN: token }
  const sent = async (id: string, at: number, more: object = {}): Promise<void> => {
    const occurred_at = new Date(at).toISOString()
    const answer = await call(app, 'POST', '/v1/events', { ...bearer(token), prefer: 'handling=lenient' }, [
      event(id, { occurred_at, ...more })
    ])
    t.equal(answer.status, 200)
  }
  await sent('1', clock.now - DAY_MS)
  const fresh = await run(['status', '--source', SOURCE], { env })
  t.equal(fresh.code, 0, fresh.stderr)
  t.match(fresh.stdout, /^solihull +report-missed-bin +solihull\/bartec +20\d\d-\d\d-\d\d /m)
  t.match(fresh.stdout, /0 of 1 feeds are late\. Of 1 batches of the last 7 days 0 had rows that were refused\.\n$/)

  await sent('2', clock.now - DAY_MS, { ward: 'E05009999' })
  const refused = await run(['status', '--source', SOURCE], { env })
  t.equal(refused.code, 1)
  t.match(refused.stdout, /^RECEIPT +RECEIVED AT +ROWS +STORED +DUPLICATES +REVISED +REFUSED\n\d+ +20\S+ +1 +0 +0 +0 +1$/m)
  t.match(refused.stdout, /Of 2 batches of the last 7 days 1 had rows that were refused\.\n$/)
  t.match(JSON.parse((await run(['status', '--source', SOURCE, '--json'], { env })).stdout), {
    feeds: [{ source: SOURCE }], receipts: [{ rejected: 1 }, { stored: 1 }]
  })

  const anybody = await run(['status', '--authority', 'solihull'], { env: { LPP_TOKEN: '' } })
  t.match(anybody, { code: 0, stdout: /0 of 1 feeds are late\.\n$/ }, 'feeds are for everybody')
  t.match(await run(['status'], { env }), { code: 2, stderr: /^Say of whom: --source authority\/name or --authority\.\n/ })
  t.match(await run(['status', '--source', 'solihull/none'], { env }), { code: 2 })
})
