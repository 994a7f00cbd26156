import t from 'tap'
import { DURATION_BOUNDS } from '../../src/domain/durations.ts'
import type { Definition } from '../../src/domain/kpi/definition.ts'
import { ProblemError } from '../../src/errors.ts'
import { checkDefinition } from '../../src/kpi/administration/definitions.ts'
import { testApp } from '../support/app.ts'
import { call, operator, put } from '../support/builders.ts'
import { counting, documented } from '../support/kpi-details.ts'

const [TERM, SUM, COST] = [
  { events: 'transaction', outcomes: { completed: 1 } },
  { events: 'transaction', outcomes: { completed: 1 }, sum: 'amount_pence' },
  { measure: 'total_cost_pence' }
]

t.test('definitions that ask for details are checked when they are put', async (t) => {
  const { app, catalogue } = await testApp(t)
  await put(app, '/v1/attributes/report-missed-bin/bins', { title: 'How many bins', type: 'integer', minimum: 1, maximum: 4 })
  await put(app, '/v1/attributes/report-missed-bin/size', { title: 'Size', type: 'words', words: ['small', 'large'] })
  await put(app, '/v1/attributes/report-missed-bin/size', { words: ['small'] })

  /** What is said of a definition; undefined: it is right. */
  const said = (definition: object): string | undefined => {
    try {
      checkDefinition(catalogue.directory, definition as Definition)
      return undefined
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      return `${error.code} ${error.message}`
    }
  }
  const term = (more: object) => said(counting([TERM, { ...TERM, ...more }]))
  const of = (name: string, ...values: unknown[]) => term({ attribute: { name, values } })
  const AT = /^invalid-request body\/numerator\/1/

  t.test('what they name', async (t) => {
    t.match(term({ outcomes: { started: 1 } }), /body\/numerator\/1\/outcomes: a transaction cannot end in started; use one of completed/)
    t.match(of('colour', 'red'), /body\/numerator\/1\/attribute\/name: no service declares colour; use one of .*reason.* or declare it/)
    t.match(of('reason', 'not-presented', 'red'), /attribute\/values\/1: reason is never red; use not-presented,.* or \d+ others/)
    t.match(of('bins', 5), /bins is never 5; use a whole number from 1 to 4/)
    t.match(of('bins', '2'), /bins is never 2/)
    t.match(of('assisted', 'true'), /use true or false/)
    for (const right of [
      of('reason', 'too-heavy'), of('bins', 1, 4), of('assisted', false), of('size', 'large'), term({ attribute: { name: 'reason' } })
    ]) t.equal(right, undefined)
    t.match(term({ channels: ['web', 'wab'] }), /^unknown-channel body\/numerator\/1\/channels\/1: There is no channel wab\. Did you mean web\?/)
    t.equal(term({ channels: ['web', 'direct-debit'] }), undefined)
  })

  t.test('bounds of durations', async (t) => {
    for (const bound of DURATION_BOUNDS) t.equal(term({ within_seconds: bound }), undefined)
    t.match(term({ within_seconds: 400_000 }), /numerator\/1\/within_seconds: durations are not kept by a bound of 400000 seconds; the nearest are 345600 and 432000\.$/)
    t.match(term({ within_seconds: 366 * 86_400 }), /the nearest is 31536000\.$/)
  })

  t.test('what makes no sense together', async (t) => {
    for (const [name, more] of Object.entries({ attribute: { name: 'reason' }, within_seconds: 60, timed: true, sum: 'amount_pence' })) {
      const found = term({ avoidable: true, [name]: more })
      t.match(found, AT)
      t.match(found, new RegExp(`/avoidable: .* together with ${name}; leave one of them out`))
    }
    t.match(term({ classes: ['digital'], channels: ['web'] }), /numerator\/1\/channels: name channels or classes/)
    t.match(term({ within_seconds: 60, timed: true }), /numerator\/1\/timed: leave it out/)
    t.equal(term({ avoidable: true, channels: ['web'] }), undefined)
    t.equal(said(documented('mended-within-5-days')), undefined)
    t.equal(said(documented('collected-by-direct-debit')), undefined)
  })

  t.test('pence and numbers', async (t) => {
    const unit = (unit: string, numerator: object[], denominator: object[] | null = null) =>
      said(counting(numerator, denominator, { unit }))
    t.match(unit('pence', [SUM, TERM]), /body\/numerator\/1: pence and numbers do not add up/)
    t.match(unit('percent', [SUM], [SUM, { population: true }]), /body\/denominator\/1: pence and numbers/)
    t.match(unit('count', [SUM]), /body\/unit: amounts are in pence; count needs/)
    t.match(unit('percent', [SUM], [TERM]), /body\/unit: amounts over numbers are in pence; percent needs amounts on both sides/)
    t.match(unit('pence', [SUM], [SUM]), /body\/unit: amounts over amounts are no pence; use percent/)
    t.match(unit('percent', [TERM], [SUM]), /body\/denominator: a number over an amount/)
    for (const right of [
      unit('pence', [SUM]), unit('pence', [SUM, COST], [TERM]), unit('percent', [SUM], [COST]), unit('percent', [COST], [SUM]),
      unit('percent', [COST], [TERM])
    ]) t.equal(right, undefined)
  })

  t.test('what is put is refused, and what ends is not asked', async (t) => {
    const answer = await call(app, 'PUT', '/v1/kpis/slow', operator, counting([{ ...TERM, within_seconds: 7 }]))
    t.match(answer, { status: 400, body: { code: 'invalid-request', detail: /numerator\/0\/within_seconds.* 5 and 10\.$/ } })
    for (const wrong of [{ within_seconds: 0 }, { timed: false }, { sum: 'duration_seconds' }, { channels: [] }, { attribute: { name: 'reason', values: [] } }, { attribute: {} }]) {
      t.equal((await call(app, 'PUT', '/v1/kpis/slow', operator, counting([{ ...TERM, ...wrong }]))).status, 400, JSON.stringify(wrong))
    }
    const { body } = await call(app, 'POST', '/v1/proposals', operator, { kind: 'kpi', key: 'slow', body: counting([{ ...TERM, within_seconds: 7 }]), note: 'x' })
    t.match(body, { status: 400, detail: /within_seconds/ }, 'proposals are checked so too')
    await put(app, '/v1/kpis/small', counting([{ ...TERM, attribute: { name: 'size', values: ['small'] } }]))
    t.equal((await call(app, 'DELETE', '/v1/attributes/report-missed-bin/size', operator)).status, 204)
    t.equal((await call(app, 'DELETE', '/v1/kpis/small?from=2014-06-01', operator)).status, 204)
  })
})
