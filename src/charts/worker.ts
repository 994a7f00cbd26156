import { parentPort } from 'node:worker_threads'
import { draw } from './drawing/draw.ts'
import type { ChartSpec } from './spec.ts'

/** What the thread answers to a chart. First of all it says `ready`. */
export type Reply = { svg: string } | { why: string }

const port = parentPort
if (port !== null) {
  port.on('message', (chart: ChartSpec) => {
    try {
      port.postMessage({ svg: draw(chart) } satisfies Reply)
    } catch (error) {
      port.postMessage({ why: error instanceof Error ? error.stack ?? error.message : String(error) } satisfies Reply)
    }
  })
  port.postMessage('ready')
}
