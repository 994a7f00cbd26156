import t from 'tap'
import type { Directory, Source } from '../../src/catalogue/directory.ts'
import { unknownName, type Unknown } from '../../src/catalogue/suggest.ts'
import { namesOf, Refusal } from '../../src/intake/resolve-names.ts'

t.test('a name is looked up once, and the nearest one when somebody asks why it was not taken', (t) => {
  let [lookedUp, suggested] = [0, 0]
  const find = (name: string): Unknown => {
    lookedUp++
    return unknownName(name, () => {
      suggested++
      return ['solihull']
    })
  }
  const meant = (name: string) => ({ found: find(name), from: -Infinity, to: Infinity })
  const directory = { meant, service: find, channel: find, channels: [] } as unknown as Directory
  const names = namesOf(
    directory, { channels: {}, name: 'bartec', authority: { slug: 'solihull' } } as unknown as Source
  )
  for (const what of ['authority', 'provider', 'service', 'channel'] as const) {
    ;[lookedUp, suggested] = [0, 0]
    const ask = () => what === 'service' ? names[what]('solihul') : names[what]('solihul', 0)
    const found = ask()
    t.equal(ask(), found)
    if (!(found instanceof Refusal)) throw new Error('taken')
    const error = found.in(3, '/x')
    t.same([lookedUp, suggested], [1, 0], what)
    t.match([error.detail, error.detail], [/id you mean solihull\?/, found.detail], what)
    t.same([lookedUp, suggested], [1, 1], what)
    t.match(JSON.parse(JSON.stringify(error)), {
      index: 3,
      pointer: '/x',
      code: `unknown-${what === 'provider' ? 'authority' : what}`,
      detail: found.detail
    })
  }
  t.end()
})
