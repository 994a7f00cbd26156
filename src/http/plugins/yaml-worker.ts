import { parentPort, workerData } from 'node:worker_threads'
import { stringify } from 'yaml'

// In a thread of its own: the contract takes it most of a second.
parentPort?.postMessage(stringify(workerData, { lineWidth: 0, aliasDuplicateObjects: false }))
