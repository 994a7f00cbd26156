import type { AddressInfo } from 'node:net'
import { createDashboard } from './server.ts'

/** An empty variable counts as not set. */
const setting = (name: string, otherwise: string): string => process.env[name]?.trim() || otherwise

const serviceUrl = setting('SERVICE_URL', 'http://127.0.0.1:3000').replace(/\/+$/, '')
const server = createDashboard(serviceUrl).listen(Number(setting('PORT', '3001')), '127.0.0.1', () => {
  console.log(`Example at http://127.0.0.1:${(server.address() as AddressInfo).port}, with the figures of ${serviceUrl}`)
})
