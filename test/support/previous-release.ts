import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, parse } from 'node:path'
import type { Test } from 'tap'

const REPOSITORY = join(import.meta.dirname, '../..')
const FIXTURE = 'test/fixtures/previous-release.json'

interface PreviousRelease {
  /** Its `main.ts`. */
  main: string
  migrations: string[]
}

const namesIn = (folder: string): string[] => readdirSync(folder).map((file) => parse(file).name).sort()

/** The migrations of this release. */
export const ownMigrations = (): string[] => namesIn(join(REPOSITORY, 'migrations'))

/**
 * The release before this one, out of the repository's own history. Throws where the history lacks it: a test that
 * passed without it would promise what nobody tried.
 */
export function previousRelease (t: Test): PreviousRelease {
  const fixture = JSON.parse(readFileSync(join(REPOSITORY, FIXTURE), 'utf8')) as { commit: string, last_migration: string }
  const folder = mkdtempSync(join(tmpdir(), 'lpp-previous-'))
  t.teardown(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  const archive = spawnSync(
    'git', ['-C', REPOSITORY, 'archive', '--format=tar', fixture.commit, 'src', 'migrations', 'package.json'],
    { maxBuffer: 512 * 1024 * 1024 }
  )
  const unpacked = archive.status === 0 && spawnSync('tar', ['-x', '-C', folder], { input: archive.stdout }).status === 0
  if (!unpacked) {
    throw new Error(
      `The release before this one is commit ${fixture.commit} (${FIXTURE}), which this checkout does not have: ` +
        `${String(archive.stderr).trim()}. Fetch the whole history (git fetch --unshallow) and run the test again.`
    )
  }
  symlinkSync(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'))
  const migrations = namesIn(join(folder, 'migrations'))
  if (migrations.at(-1) !== fixture.last_migration) {
    throw new Error(`${FIXTURE} says that ${fixture.last_migration} is the last migration of ${fixture.commit}; it is not`)
  }
  return { main: join(folder, 'src/main.ts'), migrations }
}
