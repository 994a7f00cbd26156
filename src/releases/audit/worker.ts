import { parentPort } from 'node:worker_threads'
import { audit } from './audit.ts'
import { WrongModel } from './check-model.ts'
import type { AuditModel, AuditResult } from './model.ts'
import { loadSolver } from './solver.ts'

/** What the thread posts for each model that it is sent, after a first message that says that it is ready. */
export type Reply = { result: AuditResult } | { wrongModel: string }

const solver = await loadSolver()

parentPort?.on('message', (model: AuditModel) => parentPort?.postMessage(answer(model)))
parentPort?.postMessage('ready')

/** Anything but a wrong model ends the thread: the solver's memory may be spoilt, and a new thread has a new one. */
function answer (model: AuditModel): Reply {
  const start = performance.now()
  try {
    const proved = audit(solver, model)
    return { result: { ...proved, seconds: (performance.now() - start) / 1000 } }
  } catch (error) {
    if (error instanceof WrongModel) return { wrongModel: error.message }
    throw error
  }
}
