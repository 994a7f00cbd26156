import t from 'tap'
import { appWithoutDatabase } from '../../src/cli/openapi.ts'
import { findFaults, openChromium, openPage } from '../support/chromium.ts'

t.test('axe finds nothing on the reference, it asks for nothing elsewhere, and shows code', async (t) => {
  const browser = await openChromium(t)
  if (browser === undefined) return
  const app = await appWithoutDatabase()
  t.teardown(async () => await app.close())
  const origin = await app.listen({ port: 0 })
  for (const width of [1280, 375]) {
    const { page, faults } = await openPage(browser, [origin], width)
    await page.goto(`${origin}/docs#tag/series/GET/v1/series`)
    await page.waitForSelector('h1')
    await page.waitForSelector('text=curl')
    faults.push(...await findFaults(page))
    t.same(faults, [], `${width} pixels wide`)
    await page.close()
  }

  const page = await browser.newPage()
  const told: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') told.push(message.text())
  })
  await page.goto(`${origin}/docs`)
  await page.waitForSelector('h1', { timeout: 0 })
  t.same(told, [], 'its own policy forbids nothing that it does')
})
