import { VERSION } from '../../version.ts'
import { BadArchive, readArchive, textOf, type Archive } from './archive.ts'

/** The first entry, so that what an archive is can be told without unpacking it. */
const NAME = 'backup.json'
const FORMAT = 1

/** What an archive holds: the folder of an embedded Postgres, or a dump of another one's database. */
export interface Description {
  kind: 'folder' | 'dump'
  made_at: string
  /** The version of the service that made it. */
  version: string
  /** The server's, as `server_version_num` has it: 180004. */
  postgres: number
  /** A folder is read by the same kind of machine alone. */
  machine: string
}

interface Kept extends Description { format: number }

export const MACHINE = `${process.platform}-${process.arch}`
export const majorOf = (postgres: number): number => Math.floor(postgres / 10_000)

export async function describe (archive: Archive, kind: Description['kind'], postgres: number): Promise<void> {
  const kept: Kept = {
    format: FORMAT, kind, made_at: new Date().toISOString(), version: VERSION, postgres, machine: MACHINE
  }
  await archive.text(NAME, `${JSON.stringify(kept, undefined, 2)}\n`)
}

/** Throws `BadArchive` for what no version up to this one has written. */
export async function descriptionOf (file: string): Promise<Description> {
  let kept: Kept | undefined
  const found = new Error('read')
  await readArchive(file, async ({ name, content }) => {
    if (name === NAME) kept = parse(await textOf(content))
    throw found
  }).catch((error: unknown) => {
    if (error !== found) throw error
  })
  if (kept === undefined) throw new BadArchive(`${file} is no backup of a Local Performance Platform`)
  if (kept.format !== FORMAT) {
    throw new BadArchive(`${file} was made by a newer version (${kept.version}); restore it with that one`)
  }
  return kept
}

function parse (text: string): Kept | undefined {
  try {
    return JSON.parse(text) as Kept
  } catch {
    return undefined
  }
}
