import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import type { World } from './world.ts'

const SERVICE = 'local-performance-platform%'

export interface Scenario {
  name: string
  /** What it needs and this machine may not have; the reason why it is left out. */
  lacks?: (world: World) => string | undefined
  /** Does the harm and ends it, while senders, readers and probes are at work. `forMs`: for how long it lasts. */
  run: (world: World, forMs: number, random: () => number) => Promise<void>
}

const pick = <T>(list: T[], random: () => number): T | undefined => list[Math.floor(random() * list.length)]

const backends = async (world: World): Promise<number[]> => await world.postgres.with(async (client) =>
  (await client.query<{ pid: number }>('SELECT pid FROM pg_stat_activity WHERE application_name LIKE $1', [SERVICE])).rows
    .map(({ pid }) => pid))

const ended = async (world: World): Promise<void> => {
  // A Postgres that ends by itself is started again, as whoever runs it does.
  if (!world.postgres.isRunning) await world.postgres.start()
}

export const SCENARIOS: Scenario[] = [
  {
    name: 'a backend is killed, and Postgres recovers',
    run: async (world, _forMs, random) => {
      const victim = pick(await backends(world), random)
      if (victim !== undefined) process.kill(victim, 'SIGKILL')
      await wait(1000)
      await ended(world)
    }
  },
  {
    name: 'every connection is ended, again and again',
    run: async (world, forMs) => {
      for (const until = performance.now() + forMs; performance.now() < until;) {
        await world.postgres.with(async (client) => await client.query(
          'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE $1', [SERVICE]
        ))
        await wait(200)
      }
    }
  },
  {
    name: 'Postgres is killed and started at once',
    run: async (world) => {
      await world.postgres.stop('SIGKILL')
      await world.postgres.start()
    }
  },
  {
    name: 'Postgres is stopped for a while',
    run: async (world, forMs) => {
      await world.postgres.stop('SIGINT')
      await world.sayNotReady()
      await wait(forMs)
      await world.postgres.start()
    }
  },
  {
    name: 'Postgres is frozen',
    run: async (world, forMs) => {
      world.postgres.freeze()
      await world.sayNotReady()
      await wait(forMs)
      world.postgres.thaw()
    }
  },
  {
    name: 'one backend after the other goes silent, and stays so',
    run: async (world, forMs, random) => {
      const silent: number[] = []
      for (let n = 0; n < 3; n++) {
        const victim = pick((await backends(world)).filter((pid) => !silent.includes(pid)), random)
        if (victim === undefined) continue
        silent.push(victim)
        process.kill(victim, 'SIGSTOP')
        await wait(forMs)
        await world.progress()
      }
      for (const pid of silent) {
        try {
          process.kill(pid, 'SIGCONT')
        } catch {} // given up and ended
      }
    }
  },
  {
    name: 'the link to the database goes down',
    lacks: ({ network }) => network === undefined ? 'no network namespace may be made here' : undefined,
    run: async (world, forMs) => {
      world.network?.link('down')
      await world.sayNotReady()
      await wait(forMs)
      world.network?.link('up')
    }
  },
  {
    name: 'the database has no connection left',
    run: async (world, forMs) => {
      const holders: pg.Client[] = []
      for (const until = performance.now() + forMs; performance.now() < until;) {
        const client = new pg.Client({ connectionString: world.postgres.url, application_name: 'harness' })
        client.on('error', () => undefined)
        const isIn = await client.connect().then(() => true, () => false)
        if (isIn) holders.push(client)
        else await wait(100)
        // Those of the service are ended, so that it wants new ones.
        await holders[0]?.query(
          'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE $1', [SERVICE]
        ).catch(() => undefined)
      }
      for (const client of holders) await client.end().catch(() => undefined)
    }
  },
  {
    name: 'the disk of the database is full',
    lacks: ({ hasDisk }) => hasDisk ? undefined : 'no small disk may be mounted here',
    run: async (world, forMs) => {
      world.postgres.fill()
      await wait(forMs)
      world.postgres.free()
      await ended(world)
    }
  },
  ...['event', 'rollup_pending', 'source', 'receipt'].map((table): Scenario => ({
    name: `somebody holds a lock of ${table}`,
    run: async (world, forMs) => {
      await world.postgres.with(async (client) => {
        await client.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`)
        await wait(forMs)
        await client.query('ROLLBACK')
      })
    }
  })),
  {
    name: 'clients vanish while they send and while they read',
    run: async (world, forMs, random) => {
      for (const until = performance.now() + forMs; performance.now() < until;) {
        const { hostname, port } = new URL((pick(world.instances, random) ?? world.one).url)
        const socket = connect(Number(port), hostname)
        socket.on('error', () => undefined)
        socket.write(random() < 0.5
          ? 'GET /v1/areas HTTP/1.1\r\nHost: x\r\n\r\n'
          : 'POST /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\nContent-Length: 9000\r\n\r\n[{"id":')
        await wait(random() * 50)
        socket.destroy()
      }
    }
  },
  {
    name: 'one of two instances is killed',
    run: async (world) => {
      await world.two.end('SIGKILL')
      await world.two.start()
    }
  },
  {
    name: 'one of two instances is told to stop while it is sent to',
    run: async (world) => {
      const code = await world.two.end('SIGTERM')
      if (code !== 0) world.watch.fault(`it ended with ${code ?? 'no code'}, though every request can be answered`)
      await world.two.start()
    }
  },
  {
    name: 'the same batches are sent to both instances at once',
    run: async (world, forMs) => {
      for (const until = performance.now() + forMs; performance.now() < until;) {
        const ids = world.load.ids(50)
        await Promise.all(world.instances.map(async (one) => await world.load.deliver(one, ids)))
      }
    }
  },
  {
    name: 'the clock of an instance is set on and back by days',
    lacks: ({ clock }) => clock === undefined ? 'libfaketime is not installed' : undefined,
    run: async (world, forMs) => {
      for (const days of [2, -2, 0]) {
        world.clock?.set(days)
        await wait(forMs / 2)
        await world.progress()
      }
    }
  }
]

/** Runs one scenario to its end: harm, recovery, progress, and whether everything is there once. */
export async function play (world: World, scenario: Scenario, forMs: number, random: () => number): Promise<void> {
  const { watch } = world
  const reason = scenario.lacks?.(world)
  if (reason !== undefined) {
    watch.say(`left out: ${scenario.name}: ${reason}`)
    return
  }
  watch.scenario = scenario.name
  watch.say(scenario.name)
  world.load.start()
  await scenario.run(world, forMs, random)
  for (const instance of world.instances) {
    if (!instance.hasEnded || !instance.isUp) continue
    watch.fault('an instance has ended by itself')
    await instance.end('SIGKILL')
    await instance.start()
  }
  await world.progress()
  await world.load.stop()
  await world.verify()
  watch.say(`back: ${world.load.acknowledged.size} events acknowledged so far, all there once`)
}
