const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/**
 * Aborted at the first Ctrl-C or SIGTERM: what is on its way is then answered and noted, and nothing more is begun. A
 * second one ends the process at once, as it would without this.
 */
export function haltSignal (say: (sentence: string) => void): { halt: AbortSignal, release: () => void } {
  const controller = new AbortController()
  const stop = (): void => {
    release()
    say('Stopping when the batch in hand is answered; once more to stop at once.')
    controller.abort()
  }
  const release = (): void => {
    for (const signal of SIGNALS) process.off(signal, stop)
  }
  for (const signal of SIGNALS) process.on(signal, stop)
  return { halt: controller.signal, release }
}
