import { spawnSync } from 'node:child_process'

const run = (command: string, ...args: string[]): boolean => spawnSync(command, args, { stdio: 'ignore' }).status === 0

/** A network namespace with one address in it, and a link to it that can go down. */
export interface Network {
  address: string
  subnet: string
  /** The command that runs a command inside. */
  inside: (program: string, args: string[]) => [string, string[]]
  /** Down: packets vanish, and nobody is told. */
  link: (state: 'up' | 'down') => void
  remove: () => void
}

/** Undefined where none may be made: it needs root and `ip`. */
export function makeNetwork (): Network | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined
  const name = `lpp${process.pid}`
  const [outer, inner] = [`${name}o`, `${name}i`]
  const net = `10.213.${process.pid % 250}`
  const [host, address, subnet] = [`${net}.1`, `${net}.2`, `${net}.0/30`]
  const within = (...args: string[]): boolean => run('ip', 'netns', 'exec', name, 'ip', ...args)
  const remove = (): void => {
    run('ip', 'link', 'delete', outer)
    run('ip', 'netns', 'delete', name)
  }
  const isMade = run('ip', 'netns', 'add', name) &&
    run('ip', 'link', 'add', outer, 'type', 'veth', 'peer', 'name', inner, 'netns', name) &&
    run('ip', 'address', 'add', `${host}/30`, 'dev', outer) &&
    run('ip', 'link', 'set', outer, 'up') &&
    within('address', 'add', `${address}/30`, 'dev', inner) &&
    within('link', 'set', inner, 'up') &&
    within('link', 'set', 'lo', 'up')
  if (!isMade) {
    remove()
    return undefined
  }
  return {
    address,
    subnet,
    inside: (program, args) => ['ip', ['netns', 'exec', name, program, ...args]],
    link: (state) => {
      if (!within('link', 'set', inner, state)) throw new Error(`the link did not go ${state}`)
    },
    remove
  }
}
