import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { parseHTML } from 'linkedom'
import t, { type Test } from 'tap'
import { createDashboard } from '../../examples/dashboard/server.ts'
import { parseRateLimits } from '../../src/domain/rate-limits.ts'
import { testApp, testSource } from '../support/app.ts'
import { event, get, put, release, send } from '../support/builders.ts'
import { findFaults, openChromium, openPage } from '../support/chromium.ts'
import { loadDemo } from '../support/demo-of-days.ts'
import { HOSTILE } from '../support/pages.ts'

const FOLDER = join(import.meta.dirname, '../../examples/dashboard')
const BINS = '/authorities/solihull/services/report-missed-bin'
const WEEKS = 'period=week&last=4'

t.test('it stays under 800 lines', async (t) => {
  const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(ts|css)$/.test(name))
  t.ok(files.length > 8)
  t.ok(files.map((name) => readFileSync(join(FOLDER, name), 'utf8').split('\n').length - 1).reduce((a, b) => a + b) < 800)
})

t.test('beside the service, with three weeks of the demo', async (t) => {
  const { app } = await testApp(t, '2026-06-29T12:00:00Z')
  await loadDemo(app, '2026-06-08', '2026-06-29')
  await addHostile(app)
  await release(app)
  await app.intake.arrivals.flush()
  const origin = await startExample(t, app.listeningOrigin)
  const open = async (path: string) => {
    const response = await fetch(`${origin}${path}`)
    const text = await response.text()
    return { status: response.status, text, document: parseHTML(text).document }
  }
  const cellsOf = (document: ReturnType<typeof parseHTML>['document'], caption: string): string[][] =>
    [...document.querySelector(`#${caption}`)!.closest('table')!.querySelectorAll('tbody tr')]
      .map((row) => [...row.children].map(({ textContent }) => textContent.trim()))

  t.test('every page answers, and every link on it; each is a whole page, and links keep the query', async (t) => {
    const seen = new Set<string>()
    const left = [`/?${WEEKS}`, `/compare?${WEEKS}&service=hostile&kpi=transactions`]
    for (let path = left.shift(); path !== undefined; path = left.shift()) {
      const { status, text, document } = await open(path)
      t.equal(status, 200, path)
      const faults = [
        ...document.documentElement.getAttribute('lang') === 'en-GB' ? [] : ['no language'],
        ...document.querySelectorAll('h1').length === 1 ? [] : ['not one h1'],
        ...(document.querySelector('title')?.textContent ?? '').length > 20 ? [] : ['no title'],
        ...document.querySelector('body')?.firstElementChild?.getAttribute('href') === '#main' ? [] : ['no skip link'],
        ...[...document.querySelectorAll('table')].every((table) => table.querySelector('caption')?.textContent) ? [] : ['no caption'],
        ...text.match(/undefined|NaN|\bnull\b|\[object|Infinity|<script|Invalid Date/g) ?? []
      ]
      t.same(faults, [], path)
      for (const element of document.querySelectorAll('a[href^="/"]')) {
        const href = element.getAttribute('href')!
        t.ok(href.includes('period=week') && href.includes('last=4'), `${path} links to ${href}`)
        // The query of another page changes nothing of what a page is.
        const place = href.split('?')[0]!
        if (seen.has(place)) continue
        seen.add(place)
        left.push(href)
      }
    }
    t.ok(seen.size > 60, `${seen.size} pages`)
    t.ok(seen.has(BINS) && seen.has(`${BINS}/savings`) && seen.has('/pilot') && seen.has('/authorities/coventry'))
    t.ok(seen.has('/authorities/solihull/services/hostile'))
  })

  t.test('figures on a page are those of the API', async (t) => {
    const { document } = await open(`${BINS}?${WEEKS}`)
    const asked = 'authority=solihull&service=report-missed-bin&period=week&duration=4'
    const tables = [
      ['channels', `/v1/kpis/transactions/series?${asked}&group_by=channel`, 0, ''],
      ['take-up', `/v1/kpis/digital-take-up/series?${asked}`, 1, '%'],
      ['missed', `/v1/kpis/missed-per-100000/series?${asked}`, 1, ''],
      ['satisfaction', `/v1/kpis/user-satisfaction-score/series?${asked}`, 2, '']
    ] as const
    for (const [id, url, digits, sign] of tables) {
      const rows = cellsOf(document, `${id}-table`)
      t.equal(rows.length, 4, id)
      let figures = 0
      for (const [column, { values }] of (await get(app, url)).data.entries()) {
        for (const [row, { value }] of values.entries()) {
          const cell = rows[row]![column + 1]!
          if (value === null) t.match(cell, /^Missing/, `${id}: ${cell}`)
          else t.ok(cell.replace(/ \(.*/, '') === `${numberOf(value, digits)}${sign}`, `${id}: ${cell} is ${value}`)
          figures += value === null ? 0 : 1
        }
      }
      t.ok(figures > 2, `${id}: ${figures} figures`)
    }
    const takeUp = (await get(app, tables[1][1])).data[0].values
    t.same(cellsOf(document, 'digital-table').slice(0, 3).map(([, digital, other]) => [digital, other]), takeUp.slice(0, 3)
      .map(({ numerator: digital, denominator: all }: any) => [numberOf(digital), numberOf(all - digital)]))
    t.match(document.querySelector('#missed')!.parentElement!.textContent, 'at most 56')
  })

  t.test('a ward that is suppressed says so, and is neither 0 nor a bar', async (t) => {
    const { document } = await open(`${BINS}?${WEEKS}`)
    const url = '/v1/kpis/transactions/series?authority=solihull&service=report-missed-bin&period=week&duration=4&group_by=ward'
    const { data } = await get(app, url)
    const rows = [...document.querySelector('#wards')!.closest('table')!.querySelectorAll('tbody tr')]
    const there = data.filter(({ values }: any) => values.some(({ reason }: any) => reason !== 'area-not-valid'))
    t.equal(rows.length, there.length)
    let suppressed = 0
    for (const [row, { values }] of there.entries()) {
      for (const [column, { value, status }] of values.entries()) {
        const cell = rows[row]!.children[column + 1]!
        t.equal(cell.querySelectorAll('rect').length, value === null ? 0 : 1)
        if (value !== null) t.equal(cell.textContent.replace(/ \(.*/, ''), numberOf(value))
        else t.notMatch(cell.textContent, /\d/)
        if (status !== 'suppressed') continue
        suppressed++
        t.equal(cell.textContent, 'Suppressed: too small to publish')
      }
    }
    t.ok(suppressed > 0, `${suppressed} are suppressed`)
  })

  t.test('authorities side by side, and savings, have the figures of the API', async (t) => {
    const { document } = await open('/compare?period=week&kpi=missed-per-100000')
    const { data } = await get(app, '/v1/kpis/missed-per-100000/comparison?service=report-missed-bin&period=week')
    const valued = data.filter(({ value }: any) => value !== null)
    t.ok(valued.length > 2)
    t.same(cellsOf(document, 'comparison').slice(0, valued.length),
      valued.map(({ authority, value, rank, met }: any) => [authority.name, numberOf(value, 1), String(rank), met ? 'Yes' : 'No']))

    const page = await open(`${BINS}/savings?period=week`)
    const [{ savings }] = (await get(app, '/v1/authorities/solihull/services/report-missed-bin/savings?period=week')).data
    const priced = savings.filter(({ saved_pence: pence }: any) => pence !== null)
    t.ok(priced.length > 0)
    for (const { kind, now, saved_pence: pence } of priced) {
      t.equal(cellsOf(page.document, kind)[0]![2], numberOf(now.part))
      t.match(page.text, numberOf(Math.abs(pence) / 100, 2))
    }
  })

  t.test('what is wrong is said in plain words', async (t) => {
    const gone = ['/nothing', '/authorities/nowhere', `${BINS}s`, '/compare?service=nothing', '/authorities/%E0']
    for (const path of gone) {
      const { status, document } = await open(path)
      t.equal(status, 404, path)
      t.equal(document.querySelector('h1')!.textContent, 'Not found')
    }
    t.match((await open('/authorities/nowhere')).text, 'There is no authority nowhere')
    t.equal((await fetch(`${origin}/`, { method: 'POST' })).status, 405)
    for (const query of ['period=nonsense&last=9999', 'period=__proto__&last=-1']) t.equal((await open(`${BINS}?${query}`)).status, 200)
  })

  t.test('axe finds nothing, and no page is wider than its window', async (t) => {
    const browser = await openChromium(t)
    if (browser === undefined) return
    for (const width of [1280, 320]) {
      const { page, faults } = await openPage(browser, [origin], width)
      const paths = [
        '/', '/authorities/solihull', `${BINS}?${WEEKS}`, `${BINS}/savings?period=week`, '/savings?period=week',
        '/compare?period=week&kpi=missed-per-100000', `/pilot?${WEEKS}`, '/authorities/solihull/services/hostile'
      ]
      for (const path of paths) {
        await page.goto(`${origin}${path}`)
        await page.evaluate('document.querySelectorAll("details").forEach((one) => { one.open = true })')
        const over = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
        if (over > 0) faults.push(`${path} is ${over} wider than ${width}`)
        faults.push(...await findFaults(page))
      }
      t.same(faults, [], `${width} pixels wide`)
      await page.close()
    }
  })
})

t.test('a service that is away, or that is asked too often', async (t) => {
  const silenced = console.error
  console.error = () => undefined
  t.teardown(() => { console.error = silenced })
  const gone = await fetch(await startExample(t, 'http://127.0.0.1:1'))
  t.equal(gone.status, 502)
  t.match(await gone.text(), '<h1>The service cannot be reached</h1>')

  const { app } = await testApp(t, undefined, { rateLimits: parseRateLimits('read=1') })
  const origin = await startExample(t, await app.listen())
  const busy = await fetch(origin)
  t.equal(busy.status, 503)
  t.match(await busy.text(), '<h1>Too many questions at once</h1>')
})

const numberOf = (value: number, digits = 0): string =>
  value.toLocaleString('en-GB', { minimumFractionDigits: digits, maximumFractionDigits: digits })

async function startExample (t: Test, serviceUrl: string): Promise<string> {
  const server = createDashboard(serviceUrl).listen(0, '127.0.0.1')
  t.teardown(() => { server.closeAllConnections(); server.close() })
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A service with a name that is markup, and a note that is. */
async function addHostile (app: Parameters<typeof send>[0]): Promise<void> {
  await put(app, '/v1/services/hostile', {
    title: HOSTILE, lgsl: 1099, lgsl_label: HOSTILE, kind: 'transaction', providing_tier: 'all'
  })
  const headers = await testSource(app, 'solihull/hostile', { services: ['hostile'] })
  await send(app, 'events', headers, event('1', { service: 'hostile', occurred_at: '2026-06-24T09:00:00+01:00' }))
  await put(app, '/v1/annotations', {
    id: 'hostile', authority: 'solihull', service: 'hostile', start_on: '2026-06-24', note: HOSTILE
  })
}
