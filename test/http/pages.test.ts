import t from 'tap'
import type { App } from '../../src/app.ts'
import { readGuides } from '../../src/http/pages/guides/guide.ts'
import { documentOf } from '../../src/http/pages/layout.ts'
import { homePage } from '../../src/http/pages/home.ts'
import { stateOf, type FeedOnPage } from '../../src/http/pages/state.ts'
import { statusPage } from '../../src/http/pages/status.ts'
import { testApp } from '../support/app.ts'
import { bearer, call, get, issueToken, operator } from '../support/builders.ts'
import { HOSTILE, worldOfPages } from '../support/pages.ts'

/** A page as text, with its status. */
async function open (app: App, url: string, headers: Record<string, string> = {}) {
  const answer = await app.inject({ url, headers: { accept: 'text/html,*/*;q=0.8', ...headers } })
  return { status: answer.statusCode, headers: answer.headers, body: answer.body }
}

const linksIn = (body: string): string[] =>
  [...body.matchAll(/(?:href|action|src)="([^"]*)"/g)].map(([, href = '']) => href.replaceAll('&#61;', '=').replaceAll('&#38;', '&'))

t.test('the first page of an empty service says how to begin', async (t) => {
  const { app } = await testApp(t)
  const { status, headers, body } = await open(app, '/', { accept: '*/*' })
  t.equal(status, 200)
  t.match(headers, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' })
  t.match(body, 'npm run demo')
  t.match(body, '0 authorities')
  t.match(body, 'When somebody makes one')
  t.equal((await open(app, '/', { 'if-none-match': String(headers['etag']) })).status, 304)
  t.match((await open(app, '/status')).body, 'Nothing is published here yet.')
  t.match(await call(app, 'GET', '/nothing'), { status: 404, body: { status: 'error' } }, 'others speak the old dialect')
})

t.test('the first page and the status tell what /v1 tells everybody', async (t) => {
  const { app } = await worldOfPages(t)
  const { data: feeds } = await get(app, '/v1/feeds?limit=1000')
  t.equal(feeds.length, 8, 'a draft is not among them')
  const distinct = (field: string): number => new Set(feeds.map((feed: any) => feed[field])).size
  const late = feeds.filter(({ days_late: days }: any) => days > 0)
  const home = (await open(app, '/')).body
  t.match(home, `>${distinct('authority')} authorities<`)
  t.match(home, `>${distinct('service')} services<`)
  t.match(home, '>9 June 2014<')
  t.match(home, `8 feeds, ${late.length} of them late`)
  const { data: [newest] } = await get(app, '/v1/releases?limit=1')
  t.ok(newest, 'there is a release')
  t.notMatch(home, 'None yet')
  const status = (await open(app, '/status')).body
  t.match(status, `Late (${late.length})`)
  t.match(status, 'Worked out on 10 June 2014 at 13:00')
  t.equal([...status.matchAll(/<strong class="govuk-tag govuk-tag--red">12 days late</g)].length, 3)
  t.equal([...status.matchAll(/<th scope="row"/g)].length, feeds.length)
  const places = ['Late (', 'In time (', 'Not known yet ('].map((title) => status.indexOf(title))
  t.ok(places.every((place, i) => place > (places[i - 1] ?? 0)), 'late ones first')
})

t.test('the next release is that of today, or of tomorrow where its time is over', async (t) => {
  const { app, clock } = await testApp(t, '2014-06-10T08:00:00Z', { releaseAt: 570 })
  t.match((await open(app, '/')).body, '10 June 2014 at 09:30, of what is due by then')
  clock.now += 3_600_000
  t.match((await open(app, '/')).body, '11 June 2014 at 09:30, of what is due by then')
})

t.test('no token shows more, and what is a draft is not there', async (t) => {
  const { app } = await worldOfPages(t)
  const { token } = await issueToken(app, 'sources/dudley/main')
  for (const url of ['/', '/status', '/status?authority=dudley']) {
    const toAll = (await open(app, url)).body
    for (const headers of [operator, bearer(token)]) t.equal((await open(app, url, headers)).body, toAll, url)
  }
  const dudley = (await open(app, '/status?authority=dudley')).body
  t.match(dudley, '2 feeds')
  t.notMatch(dudley, /Pay council tax/i)
})

t.test('a name is shown as it is, and never taken as HTML', async (t) => {
  const { app } = await worldOfPages(t)
  for (const url of ['/status', `/status?authority=${encodeURIComponent(HOSTILE)}`, `/docs/guides?q=${encodeURIComponent(HOSTILE)}`]) {
    const { body, headers } = await open(app, url)
    t.notMatch(body, /<script/i, url)
    t.match(body, '&#60;script&#62;', url)
    t.match(headers['content-security-policy'], "default-src 'none'")
  }
  t.match((await open(app, '/', { host: '"><script>' })).status, 400)
})

t.test('the status is found by authority, and comes in pages', async (t) => {
  const { app } = await worldOfPages(t)
  t.match((await open(app, '/status?authority=SOLI')).body, '3 feeds')
  t.match((await open(app, '/status?authority=nowhere')).body, 'Nothing comes in of an authority like “nowhere”')
  const { status, body } = await open(app, '/status?page=2')
  t.equal(status, 404)
  t.match(body, 'Page not found')
  t.equal((await open(app, '/status?page=0')).status, 400)
})

t.test('every guide of docs/ is in the list, and every link within the service leads somewhere', async (t) => {
  const { app } = await testApp(t)
  const seen = new Map<string, Promise<{ status: number, body: string }>>()
  const broken: string[] = []
  const visit = async (url: string, from: string): Promise<void> => {
    const { origin, pathname, search, hash } = new URL(url, `http://x${from}`)
    if (origin !== 'http://x') return
    const address = pathname + search
    const isNew = !seen.has(address)
    if (isNew) seen.set(address, open(app, address))
    const { status, body } = await seen.get(address)!
    if (status !== 200) broken.push(`${from} -> ${url}: ${status}`)
    if (hash !== '' && !body.includes(`id="${decodeURIComponent(hash.slice(1))}"`)) broken.push(`${from} -> ${url}: no such place`)
    const isPage = pathname === '/' || pathname === '/status' || pathname.startsWith('/docs/guides')
    if (isNew && isPage) for (const link of linksIn(body)) await visit(link, address)
  }
  await visit('/', '/')
  t.same(broken, [])
  const guides = await readGuides()
  for (const { name, path } of guides.values()) {
    if (path !== 'docs/README.md') t.ok(seen.has(`/docs/guides/${name}`), `a way leads to ${path}`)
  }
  const index = (await open(app, '/docs/guides')).body
  for (const { name, path } of guides.values()) {
    if (!name.includes('/') && path !== 'docs/README.md') t.match(index, `docs/guides/${name}"`, path)
  }
})

t.test('links are right below any path, with a slash behind the address too', async (t) => {
  const { app } = await testApp(t)
  for (const url of ['/', '/status', '/status/', '/docs/guides', '/docs/guides/', '/docs/guides/kpis', '/docs/guides/adr/0032-releases/']) {
    const { status, body } = await open(app, url)
    t.equal(status, 200, url)
    t.same(linksIn(body).filter((link) => link.startsWith('/')), [], `${url}: none begins at the root of the host`)
    const home = linksIn(body).find((link) => /^[./]+$/.test(link)) ?? ''
    t.equal(new URL(home, `http://x/below/it${url}`).pathname, '/below/it/', url)
  }
})

t.test('the guides are searched by beginnings and with slips', async (t) => {
  const { app } = await testApp(t)
  const find = async (words: string): Promise<string> => (await open(app, `/docs/guides?q=${encodeURIComponent(words)}`)).body
  t.match(await find('feed late'), 'docs/guides/feeds#when-a-feed-is-late')
  t.match(await find('supression'), 'docs/guides/disclosure-control')
  t.match(await find('qqqqxxxx'), 'Nothing was found for')
  t.equal((await open(app, `/docs/guides?q=${'a'.repeat(101)}`)).status, 400)
  t.equal((await open(app, '/docs/guides/..%2f..%2fpackage.json')).status, 404)
})

t.test('the style sheet is kept for ever under the address of its version alone', async (t) => {
  const { app } = await testApp(t)
  const address = linksIn((await open(app, '/')).body).find((link) => link.includes('pages.css')) ?? ''
  const { status, headers } = await open(app, `/${address.replace('./', '')}`)
  t.equal(status, 200)
  t.match(headers['cache-control'], 'immutable')
  t.equal((await open(app, '/docs/pages.css?v=other')).headers['cache-control'], 'no-cache')
})

/** Feeds with the longest names there are. */
const manyFeeds = (length: number): FeedOnPage[] => Array.from({ length }, (_, i): FeedOnPage => ({
  authority: { slug: `authority-${i % 400}`, name: `Bournemouth, Christchurch and Poole Unitary Authority ${i % 400}` },
  service: { slug: `service-${i}`, title: `Apply for a licence of a house in multiple occupation ${i}` },
  source: `authority-${i % 400}/enterprise-service-bus`,
  newest: 16_000,
  rhythm: 'weekday',
  daysLate: i % 3
}))

t.test('a page goes through the feeds that it shows, however many there are', async (t) => {
  const { feeds, ...rest } = stateOf(0, manyFeeds(5000), null)
  const read = new Set<string>()
  const watched = new Proxy(feeds, {
    get (target, name, receiver) {
      if (typeof name === 'string' && /^\d+$/.test(name)) read.add(name)
      return Reflect.get(target, name, receiver) as unknown
    }
  })
  const status = statusPage('./', { ...rest, feeds: watched }, { authority: '', page: 3 })
  t.match(status?.body, '5,000 feeds: 3,333 late, 1,667 in time.')
  t.equal(read.size, 50)
  const home = homePage({ root: './', base: '', state: rest, now: 0, releaseAt: undefined })
  t.match(home.body, '5,000 feeds, 3,333 of them late', 'the first page goes through none')
})

t.test('pages of the most feeds and of every guide are below 100 kB with their styles', async (t) => {
  const { app } = await testApp(t)
  const styles = (await open(app, '/docs/pages.css')).body
  t.notMatch(styles, /GDS Transport|url\(|@import/, 'nothing from elsewhere, and no font of GOV.UK')
  const state = stateOf(0, manyFeeds(5000), null)
  for (let page = 1; page <= 100; page++) {
    const body = documentOf('./', statusPage('./', state, { authority: '', page })!)
    if (body.length + styles.length >= 100_000) t.fail(`page ${page} has ${body.length}`)
  }
  t.equal(statusPage('./', state, { authority: '', page: 101 }), undefined)
  for (const { name } of (await readGuides()).values()) {
    t.ok((await open(app, `/docs/guides/${name}`)).body.length + styles.length < 100_000, name)
  }
})
