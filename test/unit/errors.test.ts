import { readFileSync } from 'node:fs'
import t from 'tap'
import { ERRORS_FILE, errorsDocument } from '../../src/cli/errors-doc.ts'
import { ERRORS } from '../../src/errors.ts'

t.test('docs/errors.md has every code of src/errors.ts and no other', async (t) => {
  const text = readFileSync(ERRORS_FILE, 'utf8')
  const documented = [...text.matchAll(/^\| `([a-z0-9-]+)` \| (\d{3}) \|/gm)].map((
    [, code, status]
  ) => [code, Number(status)])
  t.same(documented, Object.entries(ERRORS).map(([code, { status }]) => [code, status]))
  t.equal(text, errorsDocument(), 'run `npm run errors:doc`')
})
