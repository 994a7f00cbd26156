import t from 'tap'
import { readGuides } from '../../src/http/pages/guides/guide.ts'
import { testApp } from '../support/app.ts'
import { findFaults, openChromium, openPage } from '../support/chromium.ts'
import { worldOfPages } from '../support/pages.ts'

const WIDTHS = [1280, 320]
/** Each kind of page, and the guides with the most tables and code. */
const PAGES = [
  '/', '/status', '/status?authority=nowhere', '/docs/guides', '/docs/guides?q=late+feed', '/docs/guides/adr',
  '/docs/guides/formats'
]

t.test('axe finds nothing on any page, none is wider than its window, and none asks for anything elsewhere', async (t) => {
  const browser = await openChromium(t)
  if (browser === undefined) return
  const [empty, { app }] = [await testApp(t), await worldOfPages(t)]
  const [origin, ofEmpty] = [await app.listen(), await empty.app.listen()]
  const guides = [...(await readGuides()).values()].filter(({ path }) => path !== 'docs/README.md')
    .map(({ name }) => `/docs/guides/${name}`)
  for (const width of WIDTHS) {
    const { page, faults } = await openPage(browser, [origin, ofEmpty], width)
    const isNarrow = width === WIDTHS[1]
    const look = async (address: string, without: readonly string[] = [], withAxe = true): Promise<void> => {
      await page.goto(address)
      const over = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
      if (over > 0) faults.push(`${address} is ${over} wider than ${width}`)
      if (withAxe) faults.push(...await findFaults(page, without))
    }
    await look(`${ofEmpty}/`)
    for (const url of PAGES) await look(`${origin}${url}`)
    // Guides are made of the same pieces in the same colours: to compare these again takes longer than all else. What
    // axe finds in them it finds where they are narrow.
    for (const url of guides) await look(`${origin}${url}`, ['color-contrast'], isNarrow)
    t.same(faults, [], `${width} pixels wide`)
    await page.close()
  }
})

t.test('the keyboard leads past the navigation, and the focus is seen', async (t) => {
  const browser = await openChromium(t)
  if (browser === undefined) return
  const { app } = await worldOfPages(t)
  const origin = await app.listen()
  const { page, faults } = await openPage(browser, [origin], 320)
  await page.goto(`${origin}/status`)
  await page.keyboard.press('Tab')
  t.equal(await page.evaluate('document.activeElement.textContent'), 'Skip to main content')
  await page.keyboard.press('Enter')
  t.equal(await page.evaluate('document.activeElement.id'), 'main')
  await page.focus('[role=region]')
  t.match(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle'), 'solid')
  t.same(faults, [])
})
