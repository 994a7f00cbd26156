import t from 'tap'
import { readConfig } from '../../src/config.ts'
import { withoutBase } from '../../src/http/plugins/base-address.ts'

const read = (env: Record<string, string>) => {
  const { basePath, publicUrl } = readConfig(env)
  return { basePath, publicUrl }
}

t.test('BASE_PATH is a path, and none that the service has itself', async (t) => {
  t.equal(read({}).basePath, '')
  t.equal(read({ BASE_PATH: '/' }).basePath, '')
  t.equal(read({ BASE_PATH: '/performance' }).basePath, '/performance')
  t.equal(read({ BASE_PATH: '/council/performance/' }).basePath, '/council/performance')
  for (const wrong of [
    'performance', '//performance', '/a//b', '/a/../b', '/.', '/a b', '/a?b', '/a#b', '/a%20b', '/ä', 'https://x.example/a',
    '/v1', '/v1/more', '/docs', '/data', '/data.json', '/livez'
  ]) t.throws(() => read({ BASE_PATH: wrong }), /^BASE_PATH must be the path under which/, wrong)
})

t.test('PUBLIC_URL and BASE_PATH say the same of the path; either says it for both', async (t) => {
  const publicUrl = 'https://council.example/performance'
  const both = { basePath: '/performance', publicUrl }
  t.strictSame(read({ PUBLIC_URL: publicUrl }), both)
  t.strictSame(read({ PUBLIC_URL: `${publicUrl}/`, BASE_PATH: '/performance' }), both)
  t.strictSame(read({ PUBLIC_URL: 'https://council.example/', BASE_PATH: '/performance' }), both)
  t.strictSame(read({ PUBLIC_URL: 'https://council.example' }), { basePath: '', publicUrl: 'https://council.example' })
  t.throws(() => read({ PUBLIC_URL: publicUrl, BASE_PATH: '/other' }), /name different paths: leave the path out of one/)
  t.throws(() => read({ PUBLIC_URL: 'https://council.example/v1' }), /^PUBLIC_URL must be/)
})

t.test('KEEP_ALIVE_TIMEOUT is seconds, and may be above those of any balancer', async (t) => {
  const seconds = (text: string) => readConfig({ KEEP_ALIVE_TIMEOUT: text }).keepAliveTimeout
  t.equal(seconds(''), 72)
  t.equal(seconds('620'), 620)
  for (const wrong of ['0', '4', '72s', '4001', '-1', '1e3']) t.throws(() => seconds(wrong), /^KEEP_ALIVE_TIMEOUT must be/, wrong)
})

t.test('the base is taken off where a proxy passed it on', async (t) => {
  for (const [url, wanted] of [
    ['/performance/v1/kpis?x=1', '/v1/kpis?x=1'], ['/performance', '/'], ['/performance/', '/'], ['/performance?x=1', '/?x=1'],
    ['/v1/kpis', '/v1/kpis'], ['/performances', '/performances'], ['/v1/performance', '/v1/performance'], ['*', '*']
  ] as const) t.equal(withoutBase(url, '/performance'), wanted, url)
  t.equal(withoutBase('/v1/kpis', ''), '/v1/kpis')
})
