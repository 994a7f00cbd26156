import { parseArgs } from 'node:util'
import { SCENARIOS, play } from '../support/faults/scenarios.ts'
import { Watch } from '../support/faults/watch.ts'
import { World } from '../support/faults/world.ts'

/** Within which the service is back by itself once a fault is over: docs/soak.md. */
const BACK_MS = 30_000
const [SHORTEST_MS, LONGEST_MS] = [500, 20_000]

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '5' }, seed: { type: 'string', default: '1' }, only: { type: 'string' } }
})
const [minutes, seed] = [Number(values.minutes), Number(values.seed)]
const chosen = SCENARIOS.filter(({ name }) => values.only === undefined || name.includes(values.only))
if (!(minutes > 0) || !Number.isInteger(seed) || chosen.length === 0) {
  process.stderr.write('usage: npm run soak -- [--minutes 5] [--seed 1] [--only "words of a scenario"]\n')
  process.exit(2)
}

// Mulberry32: the same seed draws the same scenarios.
let state = seed
function random (): number {
  state = state + 0x6D2B79F5 | 0
  let mixed = Math.imul(state ^ state >>> 15, 1 | state)
  mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed
  return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32
}

const until = performance.now() + minutes * 60_000
const watch = new Watch((line) => process.stdout.write(`${line}\n`))
const world = await World.open(watch, BACK_MS)
let [stopping, played] = [false, 0]
const stop = (): void => {
  stopping = true // after the scenario that is on
}
process.once('SIGINT', stop)
process.once('SIGTERM', stop)
const isOver = (): boolean => stopping || performance.now() > until
try {
  // Every scenario once before any comes again, in an order that is drawn anew each time.
  while (!isOver()) {
    const order = chosen.map((scenario) => ({ scenario, at: random() })).sort((a, b) => a.at - b.at)
    for (const { scenario } of order) {
      if (isOver()) break
      await play(world, scenario, SHORTEST_MS + random() * (LONGEST_MS - SHORTEST_MS), random)
      played++
    }
  }
} catch (error) {
  watch.fault(`the harness itself failed: ${error instanceof Error ? error.stack ?? error.message : String(error)}`)
} finally {
  await world.close()
}
for (const [what, count] of [...watch.counts].sort()) process.stdout.write(`${String(count).padStart(8)}  ${what}\n`)
process.stdout.write(
  `${played} scenarios, ${world.load.acknowledged.size} events acknowledged, ${watch.faults.length} faults (seed ${seed})\n`
)
for (const [kind, times] of watch.kinds) process.stdout.write(`${String(times).padStart(8)}  ${kind}\n`)
process.exit(watch.faults.length === 0 ? 0 : 1)
