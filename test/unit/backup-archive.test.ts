import { randomBytes } from 'node:crypto'
import {
  existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { readArchive, textOf, writeArchive } from '../../src/cli/backups/archive.ts'
import { descriptionOf, describe } from '../../src/cli/backups/description.ts'
import { run } from '../support/backups.ts'

const LARGE = 700_000 // more than is read at once

function folder (t: Test): string {
  const made = mkdtempSync(join(tmpdir(), 'lpp-archive-'))
  t.teardown(() => {
    rmSync(made, { recursive: true, force: true })
  })
  return made
}

async function small (t: Test): Promise<{ archive: string, contents: () => Promise<Record<string, string>> }> {
  const home = folder(t)
  const archive = join(home, 'archive.tgz')
  writeFileSync(join(home, 'large'), 'x'.repeat(LARGE))
  await writeArchive(archive, async (to) => {
    await describe(to, 'folder', 180_004)
    await to.folder('empty')
    await to.file('large', join(home, 'large'))
    await to.file('gone', join(home, 'gone'))
    await to.text('note', 'as it is')
  })
  return { archive, contents: async () => await contentsOf(archive) }
}

async function contentsOf (archive: string): Promise<Record<string, string>> {
  const contents: Record<string, string> = {}
  await readArchive(archive, async ({ name, isFolder, content }) => {
    contents[name] = isFolder ? 'folder' : await textOf(content)
  })
  return contents
}

t.test('what was written is read, entry by entry; a file that is gone is left out', async (t) => {
  const { archive, contents } = await small(t)
  const { 'backup.json': _, ...rest } = await contents()
  t.same(rest, { empty: 'folder', large: 'x'.repeat(LARGE), note: 'as it is' })
  t.match(await descriptionOf(archive), { kind: 'folder', postgres: 180_004 })
  t.notOk(existsSync(`${archive}.unfinished`))
})

t.test('an archive that is cut or was changed anywhere is refused', async (t) => {
  const { archive } = await small(t)
  const [whole, plain] = [readFileSync(archive), gunzipSync(readFileSync(archive))]
  for (const length of [1, 600, whole.length - 1]) {
    writeFileSync(archive, whole.subarray(0, length))
    await t.rejects(contentsOf(archive), /is cut: its end is missing/, `${length} bytes of ${whole.length}`)
  }
  for (const length of [512, 2048, plain.length - 2048]) {
    writeFileSync(archive, gzipSync(plain.subarray(0, length)))
    await t.rejects(contentsOf(archive), /is cut: its end is missing/, `${length} bytes of ${plain.length}, packed again`)
  }
  for (const at of [plain.indexOf('xxxx'), plain.indexOf('as it is'), plain.indexOf('180004')]) {
    const changed = Buffer.from(plain)
    changed[at + 2] = 'y'.charCodeAt(0)
    writeFileSync(archive, gzipSync(changed))
    await t.rejects(contentsOf(archive), /was changed since it was written: see (large|note|backup.json)/)
  }
  writeFileSync(archive, 'PGDMP and so on')
  await t.rejects(contentsOf(archive), /no archive of/)
})

t.test('a file that shrinks or grows while it is copied has the length that it had', async (t) => {
  const home = folder(t)
  const [archive, file] = [join(home, 'archive.tgz'), join(home, 'file')]
  writeFileSync(file, 'x'.repeat(LARGE))
  await writeArchive(archive, async (to) => {
    const copying = to.file('file', file)
    truncateSync(file, 10)
    await copying
  })
  const { file: shrunk = '' } = await contentsOf(archive)
  t.ok(shrunk.length === 10 || shrunk.length === LARGE, `${shrunk.length}`)
})

t.test('what cannot be finished leaves nothing, and the archive of before', async (t) => {
  const { archive, contents } = await small(t)
  await t.rejects(
    writeArchive(archive, async (to) => {
      await to.text('note', 'half')
      throw new Error('the database went away')
    }),
    /went away/
  )
  t.match(await contents(), { note: 'as it is' })
  t.notOk(existsSync(`${archive}.unfinished`))
})

t.test('a full disk is told, and leaves the archive of before', async (t) => {
  const { archive, contents } = await small(t)
  symlinkSync('/dev/full', `${archive}.unfinished`)
  const large = join(archive, '../large')
  await t.rejects(
    writeArchive(archive, async (to) => {
      writeFileSync(large, randomBytes(20 * LARGE))
      await to.text('note', 'another')
      await to.file('large', large)
      await to.folder('empty')
      await to.file('again', large)
    }),
    /ENOSPC/
  )
  t.match(await contents(), { note: 'as it is' })
  t.notOk(readdirSync(join(archive, '..')).includes('archive.tgz.unfinished'))
})

t.test('a restore refuses another kind of archive in one sentence, and makes nothing', async (t) => {
  const home = folder(t)
  const [archive, dataDir] = [join(home, 'archive.tgz'), join(home, 'data')]
  const refused = async (sentence: RegExp, env = {}): Promise<void> => {
    const told = await run('restore', ['--from', archive], { DATA_DIR: dataDir, ...env })
    t.match(told, { code: 2, err: sentence })
    t.equal(told.err.trim().split('\n').length, 1, told.err)
    t.notOk(existsSync(dataDir))
  }
  await writeArchive(archive, async (to) => await describe(to, 'folder', 170_002))
  await refused(/is of PostgreSQL 17, this service has 18/)
  await writeArchive(archive, async (to) => await describe(to, 'dump', 180_002))
  await refused(/set DATABASE_URL to an empty database/)
  await writeArchive(archive, async (to) => await describe(to, 'folder', 180_002))
  await refused(/unset DATABASE_URL/, { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' })
  writeFileSync(archive, 'nothing of the kind')
  await refused(/is no archive of `npm run backup`/)
  t.match(await run('restore', [], { DATA_DIR: dataDir }), { code: 2, err: /^usage: / })
  t.match(await run('backup', [], { DATA_DIR: dataDir }), { code: 2, err: /^usage: / })
  const nothing = await run('backup', ['--to', archive], { DATA_DIR: dataDir })
  t.match(nothing, { code: 2, err: /^No backup: No service keeps its data/ })
})
