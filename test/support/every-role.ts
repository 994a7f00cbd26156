import type { App } from '../../src/app.ts'
import {
  administratorOf, bearer, call, event, issueToken, observation, operator, personAs, put, send, type Headers
} from './builders.ts'

export const PLACES = ['solihull', 'leeds'] as const
export type Place = typeof PLACES[number]

/** Who asks; `of`: whose they are, where they are anybody's. */
export interface Role { kind: 'nobody' | 'operator' | 'administrator' | 'source' | 'reader' | 'data-set', of?: Place, headers: Headers }

/** One of each thing that somebody owns. */
interface Things {
  sourceToken: string
  dataSetToken: string
  personToken: string
  proposals: { agree: number, refuse: number, withdraw: number }
  receipt: string
  rejection: string
}

export interface World { roles: Role[], things: Record<Place, Things> }

const DATA_SET = { published: false, queryable: false }
const DASHBOARD = { 'dashboard-type': 'transaction', published: false, title: 'Page', modules: [] }
export const MEASURE = { title: 'Trees', unit: 'trees', kind: 'stock', description: 'Trees there are.' }

/** Solihull and Leeds with one of each thing, and somebody of every role. */
export async function everyRole (app: App): Promise<World> {
  const roles: Role[] = [
    { kind: 'nobody', headers: {} },
    { kind: 'nobody', headers: bearer('nonsense') },
    { kind: 'operator', headers: operator }
  ]
  const things: Partial<World['things']> = {}
  for (const place of PLACES) {
    const administrator = await administratorOf(app, place)
    await put(app, `/v1/sources/${place}/main`, { services: ['report-missed-bin'] }, administrator)
    await put(app, `/v1/sources/${place}/spare`, { services: ['report-missed-bin'] }, administrator)
    const source = bearer((await issueToken(app, `sources/${place}/main`)).token)
    await put(app, `/v1/data-sets/${place}-own/numbers`, { ...DATA_SET, authority: place }, administrator)
    const writer = await issueToken(app, `data-sets/${place}-own/numbers`)
    await put(app, `/v1/dashboards/${place}-page?authority=${place}`, DASHBOARD, administrator)
    await put(app, `/v1/disclosure-rules/${place}/report-missed-bin/ward`, { threshold: 9 })
    await put(app, `/v1/sources/${place}/spare/rhythms/report-missed-bin`, { rhythm: 'week' }, administrator)
    await put(app, `/v1/webhooks/${place}-alerts`, {
      url: 'https://localhost.invalid/', events: ['feed.late'], authorities: [place]
    }, administrator)
    const reader = await call(app, 'POST', '/v1/tokens', administrator, {
      role: 'reader', label: 'test', authorities: [place]
    })
    roles.push(
      { kind: 'administrator', of: place, headers: administrator },
      { kind: 'source', of: place, headers: source },
      { kind: 'data-set', of: place, headers: bearer(writer.token) },
      { kind: 'reader', of: place, headers: await personAs(app, { role: 'reader', authorities: [place] }) }
    )
    things[place] = {
      sourceToken: (await issueToken(app, `sources/${place}/spare`)).id,
      dataSetToken: (await issueToken(app, `data-sets/${place}-own/numbers`)).id,
      personToken: reader.body.id,
      proposals: {
        agree: await propose(app, administrator, `${place}_agreed`),
        refuse: await propose(app, administrator, `${place}_refused`),
        withdraw: await propose(app, administrator, `${place}_withdrawn`)
      },
      receipt: (await send(app, 'events', source, event(`${place}-1`, { authority: place }))).receipt,
      rejection: `${(await send(app, 'events', { ...source, prefer: 'handling=lenient' },
        event(`${place}-2`, { authority: place, channel: 'Fone' }))).receipt}-0`
    }
    await send(app, 'events', source, event(`${place}/1`, { authority: place }))
    await send(app, 'observations', source, observation({ authority: place }))
  }
  return { roles, things: things as World['things'] }
}

async function propose (app: App, headers: Headers, key: string): Promise<number> {
  const { status, body } = await call(app, 'POST', '/v1/proposals', headers, {
    kind: 'measure', key, note: '', body: MEASURE
  })
  if (status !== 201) throw new Error(JSON.stringify(body))
  return body.id
}
