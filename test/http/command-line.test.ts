import { readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { bearer, call, event, get, operator } from '../support/builders.ts'
import { runTool, testTool } from '../support/tool.ts'

const SOURCE = 'solihull/bartec'
const SETTINGS = 'services: [report-missed-bin]\nchannels:\n  Phone: telephone-agent\n'

t.test('sources and their tokens', async (t) => {
  const { app, run, ok } = await testTool(t)
  const folder = t.testdir({ 'source.yaml': SETTINGS })
  t.equal(await ok(['sources', 'list']), 'There are no sources.\n')
  t.match(await ok(['sources', 'put', SOURCE, join(folder, 'source.yaml')]), /^solihull\/bartec may write for report-missed-bin/)
  t.equal(await ok(['sources', 'list']), [
    'SOURCE           SERVICES           ALSO FOR  CHANNELS',
    'solihull/bartec  report-missed-bin  -         Phone\n'
  ].join('\n'))
  t.equal(await ok(['sources', 'list', '--service', 'pay-council-tax']), 'There are no sources.\n')

  const kept = await ok(['sources', 'get', SOURCE])
  t.match(await ok(['sources', 'put', SOURCE, '-'], { input: kept }), /may write/, 'what get says, put takes')
  t.same(JSON.parse(await ok(['--json', 'sources', 'get', SOURCE])).channels, { Phone: 'telephone-agent' })

  const made = await run(['tokens', 'make', '--source', SOURCE, '--days', '30'])
  t.match(made.stdout, /^lpp_\S+\n$/, 'the secret stands alone')
  t.match(made.stderr, /^token \w+, until .*; the secret is shown this once:\n$/)
  t.equal((await call(app, 'POST', '/v1/events', bearer(made.stdout.trim()), event('1'))).status, 200)

  const file = join(folder, 'secret')
  const written = await run(['tokens', 'make', '--source', SOURCE, '--secret-file', file])
  t.equal(written.stdout, '')
  t.equal(statSync(file).mode & 0o777, 0o600)
  t.match(await run(['tokens', 'make', '--source', SOURCE, '--secret-file', file]), {
    code: 2, stderr: /is there already; name a new file/
  })
  t.match(readFileSync(file, 'utf8'), /^lpp_\S+\n$/, 'and is as it was')
  const { data } = await get(app, `/v1/sources/${SOURCE}/tokens`, operator)
  t.equal(data.length, 2, 'no token whose secret nobody has')

  const sandbox = JSON.parse(await ok(['tokens', 'make', '--source', SOURCE, '--sandbox', '--json']))
  t.match(sandbox, { id: String, token: /^lpp_/, expires_at: String })
  t.equal((await call(app, 'DELETE', '/v1/sandbox', bearer(sandbox.token))).status, 200)

  const [{ id }] = data
  t.match(await run(['tokens', 'revoke', id, '--source', SOURCE]), { code: 2, stderr: /add --yes to do it/ })
  t.equal(await ok(['tokens', 'revoke', id, '--source', SOURCE, '--yes']), `Token ${id as string} is revoked.\n`)
  t.match(await ok(['tokens', 'list', '--source', SOURCE]), new RegExp(`${id as string} .* revoked 20`))

  t.match(await run(['sources', 'delete', SOURCE]), { code: 2, stderr: /^solihull\/bartec will send no more/ })
  t.equal(await ok(['sources', 'delete', SOURCE, '--yes']), 'solihull/bartec has ended.\n')
  t.match(await run(['sources', 'get', SOURCE]), { code: 2, stderr: /has no source bartec; .*\(not-found\)\n$/ })
})

t.test('tokens of people and of data sets, and who may what', async (t) => {
  const { run, ok } = await testTool(t)
  const token = (await ok(
    ['tokens', 'make', '--role', 'administrator', '--label', 'Solihull team', '--authority', 'solihull']
  )).trim()
  t.match(await ok(['tokens', 'list']), /administrator, Solihull team, solihull/)
  const env = { LPP_TOKEN: token }
  t.equal(await ok(['sources', 'put', SOURCE, '-'], { env, input: '{"services":["report-missed-bin"]}' }),
    'solihull/bartec may write for report-missed-bin.\n', 'JSON as well as YAML')
  t.match(await run(['sources', 'put', 'camden/x', '-'], { env, input: '{"services":["report-missed-bin"]}' }), {
    code: 2, stdout: '', stderr: /\(forbidden\)\n$/
  })
  t.match(await run(['tokens', 'make']), { code: 2, stderr: /^Say whose token it is: --source, --data-set, or --role/ })
  t.match(await run(['tokens', 'make', '--source', SOURCE, '--data-set', 'a/b']), { code: 2, stderr: /cannot be used with/ })

  await ok(['data-sets', 'put', 'solihull-bins/missed', '-'], { input: 'published: true' })
  t.match(await ok(['tokens', 'make', '--data-set', 'solihull-bins/missed']), /^\S+\n$/)
  t.match(await ok(['tokens', 'list', '--data-set', 'solihull-bins/missed']), /solihull-bins\/missed/)
})

t.test('data sets and dashboards come back as they are put', async (t) => {
  const { run, ok } = await testTool(t)
  await ok(['data-sets', 'put', 'solihull-bins/missed', '-'], { input: 'published: true\nmax_age_expected: 86400' })
  const settings = await ok(['data-sets', 'get', 'solihull-bins/missed'])
  t.match(settings, /max_age_expected: 86400/)
  t.equal(await ok(['data-sets', 'put', 'solihull-bins/missed', '-'], { input: settings }),
    'solihull-bins/missed is set, and published.\n')
  t.equal(await ok(['data-sets', 'get', 'solihull-bins/missed']), settings)
  t.match(await ok(['data-sets', 'list']), /^solihull-bins\/missed +solihull_bins_missed +yes /m)
  await ok(['data-sets', 'delete', 'solihull-bins/missed', '--yes'])
  t.equal(await ok(['data-sets', 'list']), 'There are no data sets.\n')

  const dashboard = 'title: Missed bins\ndashboard-type: transaction\npublished: false\nmodules: []\n'
  await ok(['dashboards', 'put', 'solihull-bins', '-', '--authority', 'solihull'], { input: dashboard })
  t.match(await ok(['dashboards', 'list', '--authority', 'solihull']), /^solihull-bins +Missed bins +solihull +no /m)
  const kept = await ok(['dashboards', 'get', 'solihull-bins'])
  await ok(['dashboards', 'put', 'solihull-bins', '-'], { input: kept })
  t.equal(await ok(['dashboards', 'get', 'solihull-bins']), kept)
  t.match(await run(['dashboards', 'delete', 'solihull-bins']), { code: 2, stderr: /add --yes/ })
  await ok(['dashboards', 'delete', 'solihull-bins', '--yes'])
  t.equal(await ok(['dashboards', 'list']), 'There are no dashboards.\n')
})

t.test('releases and the audit trail', async (t) => {
  const { ok } = await testTool(t)
  t.equal(await ok(['releases', 'list']), 'Nothing was released.\n')
  t.equal(await ok(['releases', 'make', '--authority', 'solihull', '--service', 'report-missed-bin']), 'Nothing is due.\n')
  await ok(['sources', 'put', SOURCE, '-'], { input: SETTINGS })
  const lines = await ok(['audit', '--action', 'put-source'])
  t.match(lines, /^LINE +AT +ACTOR +ACTION +SUBJECT +DETAIL\n\d+ +20\S+ +operator +put-source +solihull\/bartec +\{.*"services":/)
  t.equal(lines.trim().split('\n').length, 2)
})

t.test('what is wrong is one sentence and exit code 2', async (t) => {
  const { ok, run, url } = await testTool(t)
  const folder = t.testdir({ broken: '{"services": [', list: '[1]', token: '\uFEFFnot-a-token-of-anybody\r\n', empty: '\n' })
  const refused = async (args: string[], stderr: RegExp, env: Record<string, string> = {}): Promise<void> => {
    const ran = await run(args, { env })
    t.match(ran, { code: 2, stdout: '', stderr }, args.join(' '))
    t.notMatch(ran.stderr, /\n {4}at /, 'without a stack')
  }
  await refused(['sources', 'list'], /^Say where the service is: --url/, { LPP_URL: '' })
  await refused(['sources', 'list', '--url', 'service.example'], /^service\.example is no address/)
  await refused(['sources', 'list', '--url', 'http://127.0.0.1:9'], /^No service answers at http:\/\/127\.0\.0\.1:9 /)
  await refused(['sources', 'list'], /^No token came with .*LPP_TOKEN_FILE or --token-file\.\n$/, { LPP_TOKEN: '' })
  await refused(['sources', 'list'], /^The token is not known here.*\(unauthenticated\)/, { LPP_TOKEN: 'not-a-token-of-anybody' })
  await refused(['sources', 'list'], /^LPP_TOKEN and LPP_TOKEN_FILE are both set/, { LPP_TOKEN_FILE: join(folder, 'token') })
  await refused(['sources', 'list', '--token-file', join(folder, 'token')], /^The token is not known here/)
  await refused(['sources', 'list', '--token-file', join(folder, 'empty')], /^The token file .*empty is empty\./)
  await refused(['sources', 'list', '--token-file', join(folder, 'none')], /^The token file .*none cannot be read \(ENOENT\)/)
  await refused(['sources', 'list'], /^The token has a blank or a strange character/, { LPP_TOKEN: 'a b' })
  await refused(['sources', 'list', '--authority', 'solihul'], /Did you mean solihull\? \(unknown-authority\)/)
  await refused(['sources', 'get', 'solihull'], /^solihull is no source; write it as authority\/name\.\n/)
  await refused(['data-sets', 'get', 'a/b/c'], /^a\/b\/c is no data set; write it as group\/type\.\n/)
  await refused(['sources', 'put', SOURCE, join(folder, 'broken')], /broken is no object of JSON or YAML: /)
  await refused(['sources', 'put', SOURCE, join(folder, 'list')], /list is no object of JSON or YAML\.\n/)
  await refused(['sources', 'put', SOURCE, join(folder, 'none')], /none cannot be read \(ENOENT\)/)
  await refused(['nonsense'], /^error: unknown command 'nonsense'/)
  await refused(['releases', 'list', '--limit', 'many'], /^many is no whole number/)
  await refused(['releases', 'list', '--limit', '99999'], /limit.*\(invalid-request\)/)
  t.match(await ok(['--help']), /Exit codes: 0 all is done, 1 some rows were refused, 2 nothing was sent or done/)
  t.match(await ok(['sources', 'list', '--url', `${url}/`]), /^There are no sources/, 'a slash at the end is no matter')
})

t.test('something else that answers there is not taken for the service', async (t) => {
  const other = createServer((_request, response) => {
    response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>')
  }).listen(0, '127.0.0.1')
  t.teardown(() => other.close())
  await new Promise((resolve) => other.once('listening', resolve))
  const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`
  t.match(await runTool(['sources', 'list', '--url', url]), {
    code: 2, stderr: /^The answer was 502 without an explanation; is it the service that answers there\? \(502\)\n$/
  })
})

t.test('a proxy of the environment is used, and left out where it should be', async (t) => {
  const asked: string[] = []
  const proxy = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":[],"next":null}')
  }).listen(0, '127.0.0.1')
  t.teardown(() => proxy.close())
  await new Promise((resolve) => proxy.once('listening', resolve))
  const env = { HTTP_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, LPP_URL: 'http://nowhere.invalid' }
  t.match(await runTool(['sources', 'list'], { env }), { code: 0, stdout: 'There are no sources.\n' })
  t.same(asked, ['http://nowhere.invalid/v1/sources?limit=500'])
  t.match(await runTool(['sources', 'list'], { env: { ...env, NO_PROXY: 'nowhere.invalid' } }), {
    code: 2, stderr: /^No service answers at http:\/\/nowhere\.invalid \(/
  })
  t.equal(asked.length, 1)
})
