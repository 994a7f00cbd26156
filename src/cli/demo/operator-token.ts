import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Of the environment, else the one that a service with an embedded Postgres keeps in its folder. */
export function findOperatorToken (ofEnvironment: string | undefined, dataDir: string): string | undefined {
  const file = join(dataDir, 'operator-token')
  return ofEnvironment ?? (existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined)
}

export const HOW_TO_GIVE_A_TOKEN =
  'Name the folder of the service (npm run demo -- --data-dir /path/to/data), or set OPERATOR_TOKEN to its token. ' +
    'Where the service runs in Docker: docker compose exec service node src/cli/demo.ts'
