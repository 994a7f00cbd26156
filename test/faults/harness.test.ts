import t from 'tap'
import { SCENARIOS, play } from '../support/faults/scenarios.ts'
import { Watch } from '../support/faults/watch.ts'
import { World } from '../support/faults/world.ts'

/** The machine that runs the tests may have twenty times as much to do as it can; the soak script is strict. */
const [HANG_MS, BACK_MS] = [60_000, 180_000]
const FOR_MS = 1500

t.test('two instances on a database to which everything happens: nothing lost, nothing twice, back by themselves', async (t) => {
  const watch = new Watch((line) => t.comment(line), HANG_MS)
  const world = await World.open(watch, BACK_MS)
  t.teardown(async () => await world.close())
  for (const scenario of SCENARIOS) {
    const before = watch.faults.length
    await play(world, scenario, FOR_MS, () => 0.4)
    t.same(watch.faults.slice(before), [], scenario.name)
  }
  t.ok(world.load.acknowledged.size > 0)
})
