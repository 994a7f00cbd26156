import t from 'tap'
import { testApp } from '../support/app.ts'
import { configure, differences, readCases, remove, send, type CaseResponse } from '../support/case.ts'

const json = { 'content-type': 'application/json', etag: false }
const unauthorised: CaseResponse = {
  status: 401, headers: { ...json, 'www-authenticate': 'bearer' }, body: { status: 'error', message: '<text>' }
}

const notFound = ({ headers }: CaseResponse): CaseResponse => ({
  status: 404,
  headers: { ...json, 'access-control-allow-origin': headers?.['access-control-allow-origin'] },
  body: { status: 'error', message: '<text>' }
})

/** Where this service answers otherwise than was recorded, by step; docs/performance-platform.md gives the reasons. */
const DEVIATIONS: Record<string, Record<number, (recorded: CaseResponse) => CaseResponse>> = {
  // Reading and writing share one host: here these are the write doors, which ask for a token.
  methods_not_allowed_read: { 0: () => unauthorised, 1: () => unauthorised },
  // Unpublished means unpublished: the original showed it to everybody, with a warning.
  unpublished: { 1: notFound, 2: notFound, 3: notFound },
  // A non-empty list replaces all records, which the original could not do.
  put_non_empty: {
    1: () => ({
      status: 200, headers: { ...json, 'cache-control': 'no-cache' }, body: { status: 'ok', message: '<text>' }
    }),
    4: (recorded) => ({
      ...recorded, body: JSON.parse(JSON.stringify(recorded.body).replace('"_id":"a"', '"_id":"b"')) as unknown
    })
  }
}

t.test('recorded cases of the Performance Platform', async (t) => {
  const { app, clock } = await testApp(t)
  for (const recorded of readCases()) {
    await t.test(recorded.name, async (t) => {
      clock.now = Date.parse(recorded.now)
      await configure(app, recorded.data_sets)
      t.teardown(async () => await remove(app, recorded.data_sets))
      let etag = ''
      const found: string[] = []
      for (const [index, { request, response }] of recorded.steps.entries()) {
        const got = await send(app, request, etag)
        etag = typeof got.headers.etag === 'string' ? got.headers.etag : etag
        const expected = DEVIATIONS[recorded.name]?.[index]?.(response) ?? response
        const query = new URLSearchParams(request.query).toString()
        for (const difference of differences(expected, got)) {
          found.push(`step ${index} ${request.method} ${request.path}?${query}: ${difference}`)
        }
      }
      t.same(found, [])
    })
  }
})
