import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createServer as createTlsServer } from 'node:tls'
import { parse } from 'csv-parse/sync'
import pg from 'pg'
import t from 'tap'
import { embeddedUrl } from '../../src/embedded-postgres/running.ts'
import { startHttpProxy } from '../support/http-proxy.ts'
import { startProcess } from '../support/process.ts'
import { startProxy } from '../support/proxy.ts'
import { countOf, eventLine, makeSource, startTool, tool } from '../support/sending-tool.ts'

const ROWS = 4000
const TLS = join(import.meta.dirname, '../support/tls')
const dataDir = mkdtempSync(join(tmpdir(), 'lpp-send-'))
const service = await startProcess(dataDir)
t.teardown(async () => {
  await service.end('SIGINT')
  rmSync(dataDir, { recursive: true, force: true })
})

/** A source of its own, so that what one test sent is no duplicate in another. */
async function sender (name: string, url = service.url): Promise<Record<string, string>> {
  return { LPP_URL: url, LPP_TOKEN: await makeSource(service.url, dataDir, name) }
}
const fileOf = (folder: string, rows: number, name = 'export.ndjson'): string => {
  const file = join(folder, name)
  writeFileSync(file, Array.from({ length: rows }, (_, n) => `${eventLine(n)}\n`).join(''))
  return file
}
const linesOf = (file: string): any[] => readFileSync(file, 'utf8').trim().split('\n').map((line) => JSON.parse(line))

t.test('a sender that is killed again and again: nothing is lost and nothing counts twice', async (t) => {
  const env = await sender('killed')
  const file = fileOf(t.testdir(), ROWS)
  const before = await countOf(service)
  let kills = 0
  for (let ended = false; !ended;) {
    const { child, ended: end } = startTool(['send', file, '--batch', '100', '--json'], env)
    // Later each time, so that it comes in the middle of whatever there is: before the journal, between batches, after.
    const timer = setTimeout(() => child.kill('SIGKILL'), 250 + 60 * kills)
    const { code, out, err } = await end
    clearTimeout(timer)
    ended = code !== null
    if (!ended) kills++
    else t.match(JSON.parse(out), { rows: ROWS, refused: 0, not_sent: 0 }, err)
  }
  t.ok(kills >= 3, `it was killed ${kills} times`)
  t.equal(await countOf(service) - before, ROWS)
  const { finished } = linesOf(`${file}.lpp-journal`).at(-1)
  t.ok(finished, 'the journal ends')
  const again = await tool(['send', file, '--batch', '100'], env)
  t.match(again, { code: 0, out: /already sent on .* 4000 rows/ })
  t.equal(await countOf(service) - before, ROWS)
})

t.test('a network that is cut while it sends', async (t) => {
  const proxy = await startProxy(t, service.url)
  const env = await sender('cut', proxy.url.replace(/\/$/, ''))
  const before = await countOf(service)
  const file = fileOf(t.testdir(), ROWS)
  const { child, ended } = startTool(['send', file, '--batch', '100', '--json'], env)
  const journal = `${file}.lpp-journal`
  let cuts = 0
  for (let lines = 0; child.exitCode === null;) {
    await wait(5)
    const now = existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').length : 0
    if (now < lines + 5) continue
    lines = now
    cuts++
    proxy.cutSender()
  }
  const { code, out, err } = await ended
  t.match(JSON.parse(out), { rows: ROWS, stored: ROWS, refused: 0, not_sent: 0 }, err)
  t.equal(code, 0)
  t.ok(cuts >= 3, `it was cut ${cuts} times`)
  t.match(err, /the connection was cut; try 2 of 10 in /)
  t.equal(await countOf(service) - before, ROWS)
})

t.test('a service that is away, and comes back', async (t) => {
  const proxy = await startProxy(t, service.url)
  const env = await sender('away', proxy.url.replace(/\/$/, ''))
  const file = fileOf(t.testdir(), 500)
  proxy.silence(true)
  const gaveUp = await tool(['send', file, '--tries', '1', '--timeout', '1', '--batch', '100'], env)
  t.match(gaveUp, { code: 2, out: /0 stored, .*500 not sent\n|it does not answer in time/ })
  proxy.mend()
  t.match(await tool(['send', file, '--batch', '100'], env), { code: 0, out: /500 rows, 500 stored/ })
})

t.test('what is told of rows that are refused', async (t) => {
  const env = await sender('refused')
  const folder = t.testdir()
  const file = join(folder, 'bad.ndjson')
  const rows = Array.from({ length: 300 }, (_, n) =>
    n % 100 === 7 ? eventLine(n, { channel: '=HYPERLINK("http://evil.example")' }) : eventLine(n))
  rows[150] = '{"id": "E-150",'
  writeFileSync(file, `\n${rows.join('\r\n')}`)
  t.match(await tool(['send', file, '--batch', '60', '--dry-run'], env), { code: 1, out: /tried, nothing is kept: 300 rows, 296 stored, 0 stored before, 4 refused; [\d.]+ s/ })
  t.notOk(existsSync(`${file}.lpp-journal`))
  t.match(await tool(['send', file, '--batch', '60'], env), { code: 1, out: /300 rows, 296 stored, 0 stored before, 4 refused; receipts \d+ to \d+/ })
  const refused = readFileSync(`${file}.refused.csv`, 'utf8').split('\r\n')
  t.match(refused[0], /^\ufeffrow,refused_line,refused_code,refused_column,refused_reason$/)
  t.same(refused.slice(1, -1).map((line) => /,(\d+),([a-z-]+),/.exec(line)?.slice(1, 3)), [
    ['9', 'unknown-channel'], ['109', 'unknown-channel'], ['152', 'invalid-json'], ['209', 'unknown-channel']
  ])
  t.match(await tool(['send', file, '--batch', '60'], env), { code: 1, out: /already sent on/ }, 'some are refused still')
  t.match(await tool(['send', file, '--batch', '60', '--again'], env), { code: 1, out: /300 rows, 0 stored, 296 stored before, 4 refused/ })
  writeFileSync(file, rows.filter((row) => !row.includes('HYPER') && !row.endsWith(',')).join('\n'))
  t.match(await tool(['send', file, '--batch', '60'], env), { code: 0, out: /296 rows, 0 stored, 296 stored before, 0 refused/ })
  t.notOk(existsSync(`${file}.refused.csv`), 'a changed file begins anew')
})

t.test('--strict: all rows of a file or none', async (t) => {
  const env = await sender('strict')
  const file = join(t.testdir(), 'rows.json')
  const before = await countOf(service)
  const rows = Array.from({ length: 250 }, (_, n) => eventLine(n, n === 249 ? { channel: 'Pigeon' } : {}))
  writeFileSync(file, `[${rows.join(',\n')}]`)
  t.match(await tool(['send', file, '--strict', '--batch', '100'], env), { code: 2, out: /250 rows, 0 stored, 0 stored before, 1 refused, 249 not sent/ })
  t.equal(await countOf(service), before)
  t.match(readFileSync(`${file}.refused.csv`, 'utf8'), /,250,unknown-channel,/)
  writeFileSync(file, `[${rows.slice(0, 249).join(',\n')}]`)
  t.match(await tool(['send', file, '--strict', '--batch', '100'], env), { code: 0, out: /249 rows, 249 stored/ })
})

t.test('what cannot be sent is said in a sentence', async (t) => {
  const env = await sender('wrong')
  const folder = t.testdir({
    'cut.json': `[${eventLine(1)},\n{"id": "E-2"`, 'empty.csv': '', 'lines.json': `${eventLine(1)}\n${eventLine(2)}\n`, thing: 'x'
  })
  const said = async (args: string[], more = {}): Promise<string> => {
    const { code, out, err } = await tool(['send', ...args], { ...env, ...more })
    t.equal(code, 2, args.join(' '))
    return out + err
  }
  t.match(await said([join(folder, 'cut.json')]), /It is not JSON: on line 2 the file ends within the array/)
  t.match(await said([join(folder, 'empty.csv')]), /is empty: there is nothing to send/)
  t.match(await said([join(folder, 'lines.json')]), /on line 2 another begins\. If it has one row a line, say --format ndjson/)
  t.match(await said([join(folder, 'thing')]), /say --format csv, xlsx, ndjson or json/)
  t.match(await said([join(folder, 'none.csv')]), /There is no file/)
  t.match(await said([join(folder, 'lines.json'), '--format', 'ndjson'], { LPP_TOKEN: 'wrong-token' }), /unauthenticated/)
  t.match(await said([join(folder, 'lines.json'), '--format', 'ndjson', '--tries', '1'], { LPP_URL: 'http://127.0.0.1:9' }), /http:\/\/127\.0\.0\.1:9 cannot be reached/)
  const once = await tool(['send', '-', '--format', 'ndjson', '--json'], env, `${eventLine(1)}\n${eventLine(2)}\n`)
  t.match(JSON.parse(once.out), { file: '-', rows: 2, stored: 2 })
})

t.test('two at once on one file', async (t) => {
  const env = await sender('twice')
  const file = fileOf(t.testdir(), ROWS)
  const both = await Promise.all([1, 2].map(async () => await tool(['send', file, '--batch', '50'], env)))
  t.same(both.map(({ code }) => code).sort(), [0, 2])
  t.ok(both.some(({ out }) => /is being sent already/.test(out)))
})

t.test('a folder that is watched', async (t) => {
  const env = await sender('watched')
  const folder = t.testdir()
  fileOf(folder, 100)
  writeFileSync(join(folder, '~$export.ndjson'), 'lock')
  writeFileSync(join(folder, 'half.ndjson.part'), eventLine(1))
  writeFileSync(join(folder, 'bad.ndjson'), `${eventLine(500)}\n${eventLine(501, { channel: 'Pigeon' })}\n`)
  writeFileSync(join(folder, 'broken.json'), '[{')
  const ran = await tool(['watch', folder, '--once', '--settle', '1'], env)
  t.equal(ran.code, 1, ran.err)
  for (const put of ['sent/export.ndjson', 'refused/bad.ndjson', 'refused/bad.ndjson.refused.csv', 'refused/broken.json', 'refused/broken.json.refused.txt', '~$export.ndjson', 'half.ndjson.part']) {
    t.ok(existsSync(join(folder, put)), put)
  }
  const { child, ended } = startTool(['watch', folder, '--settle', '1', '--every', '1', '--json'], env)
  await wait(1500)
  const slow = join(folder, 'export.ndjson')
  writeFileSync(slow, `${eventLine(1000)}\n`)
  while (!readdirSync(join(folder, 'sent')).some((name) => /^export\..*Z\.ndjson$/.test(name))) await wait(100)
  child.kill('SIGTERM')
  const { code, out } = await ended
  t.equal(code, 0)
  t.match(JSON.parse(out.trim()), { rows: 1, stored: 1, put: /^sent\/export\..*Z\.ndjson$/ })
})

t.test('a proxy and a certificate of an authority of one’s own', async (t) => {
  const proxy = await startHttpProxy(t)
  const { LPP_TOKEN } = await sender('proxied') as { LPP_TOKEN: string }
  const url = new URL(service.url)
  const tls = createTlsServer({ key: readFileSync(join(TLS, 'server.key')), cert: readFileSync(join(TLS, 'server.pem')) }, (here) => {
    const there = connect(Number(url.port), url.hostname)
    here.on('error', () => there.destroy()).pipe(there).on('error', () => here.destroy()).pipe(here)
  })
  tls.listen(0, '127.0.0.1')
  await once(tls, 'listening')
  t.teardown(() => { tls.close() })
  const https = `https://127.0.0.1:${(tls.address() as AddressInfo).port}`
  const folder = t.testdir()
  const send = async (n: number, args: string[], env: Record<string, string>) =>
    await tool(['send', fileOf(folder, n, `${n}.ndjson`), ...args], { LPP_TOKEN, ...env })
  t.match(await send(1, [], { LPP_URL: https }), { code: 2, out: /certificate .* is not trusted here \(\w+\).*--ca-file/ })
  const ca = join(TLS, 'ca.pem')
  t.match(await send(2, ['--ca-file', ca], { LPP_URL: https }), { code: 0 })
  t.match(await send(3, [], { LPP_URL: https, NODE_EXTRA_CA_CERTS: ca }), { code: 0 })
  t.same(proxy.asked, [])
  t.match(await send(4, ['--ca-file', ca], { LPP_URL: https, HTTPS_PROXY: proxy.url }), { code: 0 })
  t.match(proxy.asked, [`CONNECT ${https.slice(8)}`])
  t.match(await send(5, [], { LPP_URL: service.url, HTTP_PROXY: proxy.url }), { code: 0 })
  t.match(proxy.asked.at(-1), `${service.url}/v1/events`)
  const asked = proxy.asked.length
  t.match(await send(6, [], { LPP_URL: service.url, HTTP_PROXY: proxy.url, NO_PROXY: '127.0.0.1' }), { code: 0 })
  t.equal(proxy.asked.length, asked)
})

t.test('what is new in a database is collected', async (t) => {
  const client = new pg.Client({ connectionString: embeddedUrl(dataDir) })
  await client.connect()
  t.teardown(async () => { await client.end() })
  await client.query('create schema council; create table council.case_log (ref text, seen timestamp, how text, changed timestamptz default clock_timestamp())')
  const add = async (from: number, to: number, how = 'Phone') => await client.query(
    'insert into council.case_log (ref, seen, how) select \'C-\' || n, timestamp \'2025-11-03 08:00\', $3 from generate_series($1::int, $2::int) n', [from, to, how]
  )
  const env = { ...await sender('collected'), LPP_DATABASE_URL: embeddedUrl(dataDir)! }
  const config = join(t.testdir(), 'collect.yaml')
  writeFileSync(config, `query: |
  select ref as id, 'solihull' as authority, 'report-missed-bin' as service,
    seen at time zone 'Europe/London' as occurred_at, how as channel, changed as _changed
  from council.case_log
watermark: { column: _changed, overlap_seconds: 60 }
batch: 40
`)
  const before = await countOf(service)
  const collect = async (...args: string[]) => {
    const { code, out, err } = await tool(['collect', '--config', config, '--json', ...args], env)
    return { code, err, ...(out === '' ? {} : JSON.parse(out)) }
  }
  await add(1, 100)
  t.match(await collect('--dry-run'), { code: 0, rows: 100, stored: 100 })
  t.notOk(existsSync(`${config}.state`))
  t.match(await collect(), { code: 0, rows: 100, stored: 100, duplicates: 0 })
  await add(101, 103)
  await add(104, 104, 'Pigeon')
  t.match(await collect(), { code: 1, stored: 3, duplicates: 100, refused: 1 }, 'rows of the last minute are read again')
  t.match(readFileSync(`${config}.state.refused.csv`, 'utf8'), /C-104.*unknown-channel/)
  t.equal(await countOf(service) - before, 103)
  t.match(await tool(['collect', '--config', config], { ...env, LPP_DATABASE_URL: 'postgres://u:secret@127.0.0.1:9/x' }),
    { code: 2, err: /Nothing answers at the address of the database \(connect ECONNREFUSED 127\.0\.0\.1:9\)/ })
  t.match(await tool(['collect', '--config', config], { ...env, LPP_DATABASE_URL: 'Server=127.0.0.1;Database=x;User Id=u;Password=secret' }),
    { code: 2, err: /through the package mssql, which is not installed here: npm install mssql/ })
  await client.query('create sequence council.numbers')
  writeFileSync(config, 'query: select nextval(\'council.numbers\') as id, now() as _changed\nwatermark: { column: _changed }\n')
  t.match(await tool(['collect', '--config', config], env), { code: 2, out: /cannot execute nextval\(\) in a read-only transaction/ })
})

t.test('a messy CSV in several requests: rows right to the last, and the same by hand', async (t) => {
  const env = { ...await sender('messy'), LPP_SOURCE: 'solihull/messy' }
  const byHand = await sender('by-hand')
  const mapping = {
    kind: 'event',
    fields: {
      id: { column: 'Ref' },
      authority: { value: 'solihull' },
      service: { value: 'report-missed-bin' },
      occurred_at: { column: 'Day', date: 'dd/mm/yyyy' },
      channel: { column: 'How', words: { Café: 'face-to-face' } }
    },
    ignore: ['Note']
  }
  for (const [name, token] of [['messy', (env as Record<string, string>)['LPP_TOKEN']!], ['by-hand', byHand['LPP_TOKEN']!]]) {
    const put = await fetch(`${service.url}/v1/sources/solihull/${name}/mappings/nightly`, {
      method: 'PUT', headers: { authorization: `Bearer ${token!}`, 'content-type': 'application/json' }, body: JSON.stringify(mapping)
    })
    t.equal(put.status, 201)
  }
  const rows = (channel: (n: number) => string): string[] => Array.from({ length: 1000 }, (_, n) =>
    `M-${n};${String(1 + n % 28).padStart(2, '0')}/11/2025;${channel(n)};${n % 9 === 0 ? '"a ""b""\r\nc; d"' : ''}`)
  const file = join(t.testdir(), 'export.csv')
  const write = (lines: string[]) => writeFileSync(file, Buffer.from(
    ['Export of bins;;;', '', 'Ref;Day;How;Note', ...lines.flatMap((line, n) => n % 250 === 249 ? [line, '', 'Ref;Day;How;Note'] : [line])].join('\r\n') + '\r\n', 'latin1'
  ))
  write(rows((n) => n % 100 === 3 ? '=Pigeon' : n % 3 === 0 ? 'Café' : 'Phone'))
  t.match(await tool(['send', file, '--mapping', 'nightly', '--batch', '150'], { ...env, LPP_SOURCE: '' }), { code: 2, out: /name the source with --source/ })
  const sent = await tool(['send', file, '--mapping', 'nightly', '--batch', '150'], env)
  t.match(sent, { code: 1, out: /1000 rows, 990 stored, 0 stored before, 10 refused/ })
  const text = readFileSync(file, 'latin1').split('\n')
  const refused = parse<Record<string, string>>(readFileSync(`${file}.refused.csv`), { bom: true, columns: true })
  t.equal(refused.length, 10)
  for (const row of refused) {
    t.match(row, { How: "'=Pigeon", refused_code: 'unknown-channel', refused_column: 'How' })
    t.ok(text[Number(row['refused_line']) - 1]?.startsWith(`${row['Ref']!};`), `line ${row['refused_line']!}`)
  }
  const answer: any = await (await fetch(`${service.url}/v1/events?mapping=nightly`, {
    method: 'POST',
    headers: { authorization: `Bearer ${byHand['LPP_TOKEN']!}`, 'content-type': 'text/csv', prefer: 'handling=lenient' },
    body: readFileSync(file)
  })).json()
  t.match(answer, { received: 1000, stored: 990, rejected: 10 }, 'the same figures by hand')
})

t.test('the file of the next day, an old one after it, and a month that is replaced', async (t) => {
  const env = await sender('next-day')
  const folder = t.testdir()
  const write = (name: string, lines: string[]): string => {
    const file = join(folder, name)
    writeFileSync(file, lines.map((line) => `${line}\n`).join(''))
    return file
  }
  const rows = Array.from({ length: 30 }, (_, n) => eventLine(n))
  const before = await countOf(service)
  const [first, second] = [write('first.ndjson', rows), write('second.ndjson', [eventLine(0, { count: 5 }), ...rows.slice(1), eventLine(30)])]
  t.match(await tool(['send', first], env), { code: 0, out: /30 rows, 30 stored, 0 stored before, 0 refused/ })
  t.match(await tool(['send', second], env), { code: 1, out: /31 rows, 1 stored, 29 stored before, 1 refused/ })
  t.match(await tool(['send', second, '--on-repeat', 'newest'], env), { code: 0, out: /31 rows, 0 stored, 30 stored before, 1 revised, 0 refused/ })
  t.equal(await countOf(service) - before, 35)
  t.match(await tool(['send', first, '--on-repeat', 'newest'], env), {
    code: 0, out: /30 rows, 0 stored, 29 stored before, 1 passed over \(what is stored is newer\), 0 refused/
  }, 'an old file that comes late changes nothing, and all of it was sent')
  t.equal(await countOf(service) - before, 35)

  const month = write('month.ndjson', [eventLine(7)])
  const replace = ['send', month, '--strict', '--replace-period', '2025-11-01/2025-11-30', '--json']
  t.match(JSON.parse((await tool([...replace, '--dry-run'], env)).out), { rows: 1, duplicates: 1, voided: 30, dry_run: true }, 'a preview')
  t.equal(await countOf(service) - before, 35)
  t.match(await tool(replace.slice(0, -1), env), { code: 0, out: /1 row, 0 stored, 1 stored before, 30 withdrawn, 0 refused/ })
  t.equal(await countOf(service) - before, 1)
})
