import t from 'tap'
import { anotherProcess, testApp, testSource } from '../support/app.ts'
import { call, event, send } from '../support/builders.ts'
import { thirdParty } from '../support/third-party.ts'

const skip = process.env['TEST_ON_CLUSTER'] === undefined ? false : 'who waits for a lock is seen on one server alone'

t.test('one revision that two processes send at once: the second is told what holds by now', { skip }, async (t) => {
  const { app, connectionString } = await testApp(t, new Date().toISOString())
  const other = await anotherProcess(t, connectionString)
  const headers = await testSource(app)
  const third = await thirdParty(t, connectionString)
  for (const [id, counts, outcome] of [
    ['a', [2, 3], { statuses: [200, 409], revised: 1 }], ['b', [2, 2], { statuses: [200, 200], revised: 1 }]
  ] as const) {
    await send(app, 'events', headers, event(id))
    await third.hold(`SELECT FROM event WHERE id = '${id}' FOR UPDATE`)
    const answers = [app, other].map((from, i) =>
      call(from, 'POST', '/v1/events', headers, [event(id, { revision: 2, count: counts[i] })]))
    await third.untilWaiting(2) // both have compared it with the first revision
    await third.letGo()
    const told = await Promise.all(answers)
    t.same(told.map(({ status }) => status).sort(), outcome.statuses, id)
    t.equal(told.reduce((sum, { body: { revised = 0 } }) => sum + Number(revised), 0), outcome.revised)
  }
})
