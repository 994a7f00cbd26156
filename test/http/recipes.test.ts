import { execFile, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { testApp } from '../support/app.ts'
import { bearer, get, issueToken, put, seriesUrl } from '../support/builders.ts'

const RECIPES = join(import.meta.dirname, '../../docs/recipes')
const recipe = (name: string): string => join(RECIPES, name)
const has = (command: string, ...args: string[]): boolean => spawnSync(command, args).status === 0
const run = promisify(execFile)

const MAPPING = {
  kind: 'event',
  fields: {
    id: { column: 'Ref' },
    authority: { value: 'solihull' },
    service: { value: 'report-missed-bin' },
    occurred_at: { column: 'Date', date: 'dd/mm/yyyy' },
    channel: { column: 'How', words: { 'Café desk': 'face-to-face' } }
  }
}
const FILE = 'Ref;Date;How\r\nSR10000001;03/06/2014 09:15;Café desk\r\nSR10000002;04/06/2014 10:00;Pigeon\r\n' +
  '"SR10000003";05/06/2014 23:30;web\r\n'

interface Recipe { name: string, runs: (folder: string) => [string, string[]] | undefined }

/** Each where its program is to be had: PowerShell and .NET are on few machines that test this. */
const PROGRAMS: Recipe[] = [
  { name: 'send.sh', runs: () => has('curl', '--version') ? ['sh', [recipe('send.sh')]] : undefined },
  { name: 'send.py', runs: () => has('python3', '--version') ? ['python3', [recipe('send.py')]] : undefined },
  {
    name: 'send.ps1',
    runs: () => {
      const shell = ['pwsh', 'powershell'].find((one) => has(one, '-NoProfile', '-Command', 'exit 0'))
      return shell === undefined ? undefined : [shell, ['-NoProfile', '-File', recipe('send.ps1')]]
    }
  },
  {
    name: 'Send.cs',
    runs: (folder) => {
      const program = join(folder, 'Send.exe')
      const made = has('mono', '--version') && has('mcs', '-r:System.Net.Http.dll', `-out:${program}`, recipe('Send.cs'))
      return made ? ['mono', [program]] : undefined
    }
  }
]

for (const { name, runs } of PROGRAMS) {
  t.test(`${name} sends a file through a mapping, twice, and writes what was refused`, async (t) => {
    const folder = t.testdir({})
    const program = runs(folder)
    if (program === undefined) {
      t.comment('its program is not on this machine')
      return
    }
    const { app } = await testApp(t)
    const url = await app.listen({ port: 0, host: '127.0.0.1' })
    await put(app, '/v1/sources/solihull/bartec', { services: ['report-missed-bin'] })
    const { token } = await issueToken(app, 'sources/solihull/bartec')
    await put(app, '/v1/sources/solihull/bartec/mappings/nightly', MAPPING, bearer(token))
    writeFileSync(join(folder, 'token'), `${token}\n`)
    const file = join(folder, 'bins.csv')
    writeFileSync(file, Buffer.from(FILE, 'latin1'))
    const [command, args] = program
    const once = async (): Promise<number> => {
      try {
        await run(command, [...args, file, 'nightly'], {
          env: { PATH: process.env['PATH'], LPP_URL: url, LPP_TOKEN_FILE: join(folder, 'token') }
        })
        return 0
      } catch (error) {
        return (error as { code: number }).code
      }
    }
    t.equal(await once(), 1, 'one row is refused')
    t.match(readFileSync(`${file}.refused.csv`, 'utf8'), /SR10000002.*Pigeon/s)
    t.equal(await once(), 1)
    const { data } = await get(app, seriesUrl({
      period: 'month', start_on: '2014-06-01', end_on: '2014-06-30', group_by: 'channel'
    }))
    t.same(data.map(({ group, values }: any) => [group.channel, values[0].value]).toSorted(), [
      ['face-to-face', 1], ['web', 1]
    ])
    const headers = bearer(token)
    t.equal((await app.inject({ url: '/v1/receipts', headers })).json().data.length >= 1, true)
    await put(app, '/v1/sources/solihull/bartec', {
      services: ['report-missed-bin'], channels: { Pigeon: 'paper' }
    })
    writeFileSync(file, Buffer.from(FILE.replace('09:15', '09:16'), 'latin1'))
    t.equal(await once(), 0, 'the file of the next day, with a correction and a word that is known by now')
  })
}
