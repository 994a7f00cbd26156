import { Writable } from 'node:stream'
import { pino, type Logger } from 'pino'
import { serializeError } from '../../src/log-errors.ts'

/** A logger whose lines a test reads. */
export function logLines (level = 'info'): { logger: Logger, lines: any[], requests: () => any[], text: () => string } {
  const written: string[] = []
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      written.push(chunk.toString())
      done()
    }
  })
  const lines = (): any[] => written.join('').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line))
  return {
    logger: pino({ level, serializers: { err: serializeError } }, stream),
    get lines () { return lines() },
    requests: () => lines().filter(({ msg }) => msg === 'request'),
    text: () => written.join('')
  }
}
