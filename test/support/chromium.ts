import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium, type Browser, type Page } from 'playwright-core'
import type { Test } from 'tap'

const PLACES = [
  process.env['TEST_CHROMIUM'] ?? '', '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'
]
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** The Chromium of this machine, without a window; undefined, and the test is skipped, where there is none. */
export async function openChromium (t: Test): Promise<Browser | undefined> {
  const executablePath = PLACES.find((place) => existsSync(place))
  if (executablePath === undefined) {
    t.comment('skipped: no Chromium (apt-get install chromium, or TEST_CHROMIUM)')
    return undefined
  }
  const browser = await chromium.launch({
    executablePath, args: ['--no-sandbox', '--disable-background-networking'], timeout: 0
  })
  t.teardown(async () => await browser.close())
  return browser
}

/** A page of some width that notes what goes wrong on it, and what it asks of other hosts. */
export async function openPage (
  browser: Browser, origins: readonly string[], width: number
): Promise<{ page: Page, faults: string[] }> {
  // axe is put into the page, which the page's own policy forbids.
  const page = await browser.newPage({ viewport: { width, height: 800 }, bypassCSP: true })
  page.setDefaultTimeout(0)
  const faults: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`${page.url()}: ${message.text()}`)
  })
  page.on('pageerror', (error) => faults.push(`${page.url()}: ${error.message}`))
  page.on('request', (request) => {
    if (![...origins, 'data:'].some((one) => request.url().startsWith(one))) faults.push(`asks ${request.url()}`)
  })
  return { page, faults }
}

interface Violation { id: string, nodes: Array<{ html: string }> }

/** What axe finds wrong, a line each. */
export async function findFaults (page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  const { violations } = await page.evaluate<{ violations: Violation[] }>("axe.run({ resultTypes: ['violations'] })")
  return violations.map(({ id, nodes }) => `${page.url()}: ${id}: ${nodes.map(({ html }) => html).join(' ').slice(0, 300)}`)
}
