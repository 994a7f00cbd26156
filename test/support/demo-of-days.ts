import { clientOf } from '../../src/cli/demo/client.ts'
import { sendDemo } from '../../src/cli/demo/send.ts'
import { parseDay } from '../../src/domain/calendar.ts'
import type { App } from '../../src/app.ts'
import { OPERATOR_TOKEN } from './builders.ts'

/** The demo's figures of some days; what a day holds depends on that day alone. Gives the address of the app. */
export async function loadDemo (app: App, from: string, to: string): Promise<string> {
  const base = await app.listen({ port: 0 })
  await sendDemo({
    client: clientOf(base),
    operatorToken: OPERATOR_TOKEN,
    days: { start: parseDay(from) ?? 0, end: parseDay(to) ?? 0 },
    onProgress: () => undefined
  })
  return base
}
