import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { freePort } from '../../src/embedded-postgres/free-port.ts'
import { post } from './http.ts'
import type { Sample } from './shape.ts'

/** A time series database on its own settings, empty. */
export interface Peer {
  name: string
  url: string
  pid: number
  /** A batch of events as its fastest documented way over HTTP takes them. */
  request: (samples: readonly Sample[]) => Buffer
  stop: () => Promise<void>
}

interface Kind {
  name: string
  program: string
  /** Command line, for a folder of its own and a free port. */
  args: (folder: string, port: number) => string[]
  path: string
  line: (sample: Sample) => string
  prepare?: (url: string) => Promise<unknown>
}

const VICTORIA_METRICS: Pick<Kind, 'program' | 'args' | 'path'> = {
  program: 'victoria-metrics',
  args: (folder, port) => [
    `-storageDataPath=${folder}`,
    `-httpListenAddr=127.0.0.1:${port}`,
    '-retentionPeriod=10y',
    '-loggerLevel=ERROR'
  ],
  path: '/api/v1/import'
}

const INFLUXDB: Pick<Kind, 'program' | 'args' | 'path' | 'prepare'> = {
  program: 'influxd',
  args: (folder, port) => {
    const file = join(folder, 'influxdb.conf')
    const data = [
      '[meta]',
      `dir = "${folder}/meta"`,
      '[data]',
      `dir = "${folder}/data"`,
      `wal-dir = "${folder}/wal"`,
      'max-series-per-database = 0',
      'query-log-enabled = false'
    ]
    writeFileSync(
      file,
      [
        'reporting-disabled = true',
        'bind-address = "127.0.0.1:0"',
        ...data,
        '[http]',
        `bind-address = "127.0.0.1:${port}"`,
        'log-enabled = false',
        ''
      ].join('\n')
    )
    return ['-config', file]
  },
  path: '/write?db=bench&precision=ms',
  prepare: async (url) =>
    await fetch(`${url}/query?q=${encodeURIComponent('CREATE DATABASE bench')}`, { method: 'POST' })
}

const labels = ({ place, service, channel, ward }: Sample): string =>
  `"authority":"${place.slug}","service":"${service.slug}","channel":"${channel}","ward":"${ward.code}"`
const tags = ({ place, service, channel, ward }: Sample): string =>
  `event,authority=${place.slug},service=${service.slug},channel=${channel},ward=${ward.code}`

// Each with and without what a question about streets needs: labels and tags alone can be grouped by.
const KINDS: readonly Kind[] = [
  {
    ...VICTORIA_METRICS,
    name: 'VictoriaMetrics /api/v1/import, no streets',
    line: (one) => `{"metric":{"__name__":"event",${labels(one)}},"values":[1],"timestamps":[${one.at}]}`
  },
  {
    ...VICTORIA_METRICS,
    name: 'VictoriaMetrics /api/v1/import',
    line: (one) =>
      `{"metric":{"__name__":"event",${labels(one)},"street":"${one.street}"},"values":[1],"timestamps":[${one.at}]}`
  },
  { ...INFLUXDB, name: 'InfluxDB /write, no streets', line: (one) => `${tags(one)} id="${one.id}",count=1i ${one.at}` },
  {
    ...INFLUXDB,
    name: 'InfluxDB /write',
    line: (one) => `${tags(one)},street=${one.street} id="${one.id}",count=1i ${one.at}`
  }
]

/** Those that are installed here: `apt-get install influxdb victoria-metrics`. */
export async function startPeers (): Promise<Peer[]> {
  const peers: Peer[] = []
  // One after the other: together, one of them may take the port that another was to have.
  for (const kind of KINDS) if (spawnSync('which', [kind.program]).status === 0) peers.push(await start(kind))
  return peers
}

async function start ({ name, program, args, path, line, prepare }: Kind): Promise<Peer> {
  const folder = mkdtempSync(join(tmpdir(), 'lpp-peer-'))
  const port = await freePort()
  const child = spawn(program, args(folder, port), { stdio: 'ignore' })
  const url = `http://127.0.0.1:${port}`
  for (let tries = 0; !await fetch(url).then(() => true, () => false); tries++) {
    if (tries === 200 || child.exitCode !== null) {
      child.kill()
      throw new Error(`${program} does not answer`)
    }
    await wait(50)
  }
  await prepare?.(url)
  return {
    name,
    url,
    pid: child.pid!,
    request: (samples) => post(path, { 'content-type': 'text/plain' }, samples.map(line).join('\n')),
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill()
      await ended
      rmSync(folder, { recursive: true })
    }
  }
}
