import t from 'tap'
import type { App } from '../../src/app.ts'
import { testApp } from '../support/app.ts'
import { addressesOf, NOW, PLAIN, PUBLISH_AT, tellWorld, type Hidden } from '../support/embargo-world.ts'

/** Reports on the same days as in PLAIN, and nothing else alike. */
const WILD: Hidden = {
  count: (day) => 900 + day % 50,
  channel: (day) => ['paper', 'face-to-face', 'unknown', 'telephone-agent'][day % 4] ?? 'web',
  outcome: (day) => ['failed', 'unjustified', 'confirmed', 'completed'][day % 4] ?? 'failed',
  rating: () => '1',
  collections: 7,
  cost: 123_456_789,
  note: 'a round on strike'
}

/** What every answer has of its own: when it was made. */
const timeless = (text: string): string =>
  text.replaceAll(/"(updated_at|made_at|created_at|instance)":"[^"]*"/g, '"$1":""').replaceAll(/"seconds":[\d.]+/g, '')

const ask = async (app: App, url: string) => {
  const { statusCode, headers, body } = await app.inject(url)
  const kept = ['content-type', 'cache-control', 'content-disposition', 'vary'].map((name) => headers[name])
  return { status: statusCode, headers: kept, body: timeless(body) }
}

t.test('no public answer tells embargoed figures apart', async (t) => {
  const [one, other] = [await testApp(t, NOW), await testApp(t, NOW)]
  await tellWorld(one.app, PLAIN)
  await tellWorld(other.app, WILD)
  const addresses = await addressesOf(one.app)
  let shown = 0
  for (const url of addresses) {
    // What a release decides about is public, in numbers of cells.
    if (url === '/v1/releases') continue
    const [a, b] = [await ask(one.app, url), await ask(other.app, url)]
    if (a.status === 200) shown++
    if (JSON.stringify(a) !== JSON.stringify(b)) t.same(a, b, url)
  }
  t.ok(shown > 500, `${shown} of ${addresses.length} addresses with an answer`)

  let told = 0
  for (const { clock } of [one, other]) clock.now = Date.parse(PUBLISH_AT)
  for (const url of addresses) {
    const [a, b] = [await ask(one.app, url), await ask(other.app, url)]
    if (JSON.stringify(a) !== JSON.stringify(b)) told++
    if (told > 250) break
  }
  t.ok(told > 250, `${told} of them tell once they are published: the worlds are not alike`)
})
