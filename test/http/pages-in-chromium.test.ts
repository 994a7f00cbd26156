import t from 'tap'
import { readGuides } from '../../src/http/pages/guides/guide.ts'
import { testApp } from '../support/app.ts'
import { findFaults, openChromium, openPage } from '../support/chromium.ts'
import { worldOfPages } from '../support/pages.ts'

const WIDTHS = [1280, 320]
/** Each kind of page, and guides with tables and code. */
const PAGES = [
  '/', '/status', '/status?authority=nowhere', '/docs/guides', '/docs/guides?q=late+feed', '/docs/guides/adr',
  '/docs/guides/formats'
]
/** What a page is made of: each element, its class and the names of its attributes, within another. */
const PIECES = `[...document.querySelectorAll('body *')].map((one) =>
  [one.parentElement.tagName, one.tagName, one.className, ...one.getAttributeNames()].join(' '))`

t.test('axe finds nothing on any page, none is wider than its window, and none asks for anything elsewhere', async (t) => {
  const browser = await openChromium(t)
  if (browser === undefined) return
  const [empty, { app }] = [await testApp(t), await worldOfPages(t)]
  const [origin, ofEmpty] = [await app.listen(), await empty.app.listen()]
  const guides = [...(await readGuides()).values()].filter(({ path }) => path !== 'docs/README.md')
    .map(({ name }) => `/docs/guides/${name}`)
  for (const width of WIDTHS) {
    const { page, faults } = await openPage(browser, [origin, ofEmpty], width)
    const known = new Set<string>()
    const look = async (address: string, isGuide = false): Promise<void> => {
      await page.goto(address)
      const over = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
      if (over > 0) faults.push(`${address} is ${over} wider than ${width}`)
      const pieces = new Set(await page.evaluate<string[]>(PIECES))
      if (!isGuide || !pieces.isSubsetOf(known)) faults.push(...await findFaults(page))
      for (const piece of pieces) known.add(piece)
    }
    await look(`${ofEmpty}/`)
    for (const url of PAGES) await look(`${origin}${url}`)
    // A guide that is made of what others are tells axe nothing new; what is too wide is so where the window is narrow.
    if (width === Math.min(...WIDTHS)) for (const url of guides) await look(`${origin}${url}`, true)
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
