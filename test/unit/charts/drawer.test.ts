import type { Worker } from 'node:worker_threads'
import t from 'tap'
import { draw } from '../../../src/charts/drawing/draw.ts'
import { Drawer } from '../../../src/charts/drawer.ts'
import { checkBars, checkPeriods, checkSeries, MOST_BARS, MOST_PERIODS, MOST_SERIES } from '../../../src/charts/limits.ts'
import type { SeriesChart } from '../../../src/charts/spec.ts'
import { FULL, seriesChart, values } from '../../support/chart-specs.ts'
import { waitUntil } from '../../support/wait-until.ts'

const CHART = seriesChart({ '': values(1, 2, 3) })
/** As many values as a chart takes, each with its own marks: a hundred times the work of an ordinary one. */
const LARGEST = seriesChart(Object.fromEntries(Array.from({ length: MOST_SERIES }, (_, i) =>
  [`Line ${i}`, Array.from({ length: MOST_PERIODS }, (_, at) => ({ value: at * i % 17, status: 'revised' as const }))]
)), { period: 'day' })
/** No chart at all: whoever draws it fails. */
const BROKEN = { ...CHART, series: null } as unknown as SeriesChart

/** Threads that this process started, in order. */
const threads: Worker[] = []
process.on('worker', (worker) => threads.push(worker))
t.beforeEach(() => { threads.length = 0 })

t.test('one thread draws what is asked, in turn, as if it were drawn here', async (t) => {
  const drawer = new Drawer()
  t.teardown(async () => await drawer.close())
  t.notOk(drawer.hasThread, 'none before the first')
  const charts = [...Object.values(FULL), CHART]
  const drawn = await Promise.all(charts.map(async (chart) => await drawer.draw(chart)))
  t.same(drawn, charts.map(draw))
  t.equal(threads.length, 1)
})

t.test('an idle thread ends, and the next chart has a new one', async (t) => {
  const drawer = new Drawer({ idleSeconds: 0.05 })
  t.teardown(async () => await drawer.close())
  await drawer.draw(CHART)
  await waitUntil('the thread has ended', async () => !drawer.hasThread)
  t.equal(await drawer.draw(CHART), draw(CHART))
  t.equal(threads.length, 2)
})

t.test('what cannot be drawn fails alone', async (t) => {
  const drawer = new Drawer()
  t.teardown(async () => await drawer.close())
  const [broken, whole] = await Promise.allSettled([drawer.draw(BROKEN), drawer.draw(CHART)])
  t.match(broken, { status: 'rejected', reason: { message: /^A chart could not be drawn: TypeError/ } })
  t.match(whole, { status: 'fulfilled', value: /^<\?xml/ })
})

t.test('a thread that dies is replaced', async (t) => {
  const drawer = new Drawer()
  t.teardown(async () => await drawer.close())
  await drawer.draw(CHART)
  const lost = drawer.draw(LARGEST)
  const next = drawer.draw(CHART)
  await Promise.resolve() // the thread has its message
  void threads[0]?.terminate()
  await t.rejects(lost, { message: /^The thread charts ended/ })
  t.equal(await next, draw(CHART))
  t.equal(threads.length, 2)
})

t.test('a drawing that takes too long is given up with its thread', async (t) => {
  const drawer = new Drawer({ seconds: 0 })
  t.teardown(async () => await drawer.close())
  await t.rejects(drawer.draw(FULL['twelve']!), { code: 'unavailable', message: /ask again, or for fewer/ })
  t.notOk(drawer.hasThread)
})

t.test('nothing is drawn after the end', async (t) => {
  const drawer = new Drawer()
  const asked = drawer.draw(CHART)
  const closed = drawer.close()
  await t.rejects(asked, { code: 'unavailable' })
  await closed
  await t.rejects(drawer.draw(CHART), { code: 'unavailable' })
  t.notOk(drawer.hasThread)
})

t.test('a chart has room for so much, and says what to do', async (t) => {
  checkPeriods(MOST_PERIODS)
  checkSeries(MOST_SERIES, '')
  checkBars(MOST_BARS)
  t.throws(() => checkPeriods(MOST_PERIODS + 1), { code: 'invalid-request', message: /401: ask for longer ones or a shorter range/ })
  t.throws(() => checkSeries(MOST_SERIES + 1, 'do less'), { code: 'invalid-request', message: /these are 13: do less, or take the figures/ })
  t.throws(() => checkBars(MOST_BARS + 1), { code: 'invalid-request', message: /61 have a value: ask for the first \(top=20\)/ })
})
