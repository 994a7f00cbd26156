import t from 'tap'
import { testApp } from '../support/app.ts'

t.test('catalogue', async (t) => {
  const { app } = await testApp(t, '2026-11-28T12:00:00Z')
  const get = async (url: string) => (await app.inject(url)).json()

  t.test('lists every current authority, the services and the channels', async (t) => {
    t.equal((await get('/v1/authorities')).data.length, 405)
    t.equal((await get('/v1/authorities?on=2014-06-10')).data.length, 449)
    t.equal((await get('/v1/services')).data.length, 1017)
    t.equal((await get('/v1/channels')).data.length, 17)
    t.equal((await get('/v1/areas?authority=solihull')).data.length, 34)
    t.equal((await get('/v1/areas?authority=cardiff')).data.length, 63)
  })

  t.test('finds an authority by slug, code, old code; one that was abolished is itself', async (t) => {
    for (const name of ['glasgow', 'S12000049', 'S12000046', 'S12000043']) {
      t.equal((await get(`/v1/authorities/${name}`)).slug, 'glasgow', name)
    }
    t.equal((await get('/v1/authorities/E07000004')).slug, 'aylesbury-vale')
  })

  t.test('a passenger transport body covers its authorities', async (t) => {
    const { covers } = await get('/v1/authorities/transport-for-west-midlands')
    t.equal(covers.length, 7)
    t.ok(covers.includes('solihull'))
  })

  t.test('suggests the nearest name, and names the successors of a council', async (t) => {
    t.match((await get('/v1/authorities/solihul')).detail, /Did you mean solihull\?/)
    t.same((await get('/v1/authorities/cumbria')).successors, ['cumberland', 'westmorland-and-furness'])
  })
})
