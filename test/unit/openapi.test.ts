import t from 'tap'
import { buildApp } from '../../src/app.ts'
import { appWithoutDatabase, optionsWithoutDatabase } from '../../src/cli/openapi.ts'
import { WORKBOOK } from '../../src/http/schemas/files.ts'

const app = await appWithoutDatabase()
t.teardown(async () => await app.close())
const contract = app.swagger() as any
const operations = Object.entries<any>(contract.paths).flatMap(([path, methods]) =>
  Object.entries<any>(methods).map(([method, operation]) => ({ name: `${method} ${path}`, operation }))
)

/** Whether a reader of the contract sees what a value of this schema looks like. */
const isShown = (schema: any): boolean =>
  ['$ref', 'examples', 'enum', 'const', 'default', 'format', 'minimum'].some((word) => word in schema) ||
  schema.type === 'boolean' || schema.type === 'null' || (schema.anyOf?.every(isShown) ?? false) ||
  (schema.items !== undefined && isShown(schema.items)) ||
  (schema.properties !== undefined && Object.values(schema.properties).every(isShown))

t.test('every operation says what it is for and what can go wrong', async (t) => {
  const tags = new Set(contract.tags.map(({ name }: { name: string }) => name))
  for (const { name, operation } of operations) {
    t.ok(operation.operationId, `${name} has an operationId`)
    t.ok(operation.summary, `${name} has a summary`)
    t.ok(
      operation.tags?.length > 0 && operation.tags.every((tag: string) => tags.has(tag)),
      `${name} has tags that the contract describes`
    )
    t.ok(Object.keys(operation.responses).some((status) => status.startsWith('4')), `${name} has a 4xx response`)
    for (const [status, response] of Object.entries<any>(operation.responses)) {
      t.not(response.description, 'Default Response', `${name} ${status} is described`)
    }
  }
  const ids = operations.map(({ operation }) => operation.operationId as string)
  t.equal(new Set(ids).size, ids.length, 'operationIds are unique')
})

t.test('every parameter and body has an example', async (t) => {
  for (const { name, operation } of operations) {
    for (const parameter of operation.parameters ?? []) {
      t.ok(
        parameter.example !== undefined || / Such as `/.test(parameter.description ?? '') || isShown(parameter.schema) ||
          parameter.description !== undefined,
        `${name} ${parameter.name as string}`
      )
    }
    for (const [type, media] of Object.entries<any>(operation.requestBody?.content ?? {})) {
      if (media.schema.contentMediaType === WORKBOOK) continue // nobody can read one
      t.ok(media.example !== undefined || media.examples !== undefined || isShown(media.schema), `${name} ${type}`)
    }
  }
})

t.test('every door says how a body, and the database, may fail it', async (t) => {
  for (const { name, operation } of operations) {
    const statuses = Object.keys(operation.responses)
    const wanted = operation.requestBody === undefined
      ? []
      : operation['x-permission'] === 'data-set'
        ? ['400', '413']
        : ['400', '413', '415', '422']
    t.same([...wanted, '503'].filter((status) => !statuses.includes(status)), [], name)
  }
  const areas = contract.paths['/v1/authorities/{authority}/areas'].put.requestBody.content
  t.same(Object.keys(areas), ['application/json', 'text/csv'])
})

t.test('every tag is in one group of what people want to do', async (t) => {
  const grouped = contract['x-tagGroups'].flatMap(({ tags }: { tags: string[] }) => tags)
  t.same(grouped, contract.tags.map(({ name }: { name: string }) => name))
})

t.test('every operation says who may call it, and by which tokens', async (t) => {
  const tokens: Record<string, string[]> = {
    public: [],
    source: ['source'],
    'source-or-administrator': ['source', 'operator', 'administrator'],
    administrator: ['operator', 'administrator'],
    operator: ['operator'],
    monitor: ['operator'],
    'data-set': ['dataSet'],
    'data-set-operator': ['operator']
  }
  for (const { name, operation } of operations) {
    const permission = operation['x-permission']
    t.same((operation.security ?? []).flatMap(Object.keys), tokens[permission], `${name}: ${permission as string}`)
  }
})

t.test('components are named by what they are', async (t) => {
  t.same(Object.keys(contract.components.schemas).filter((name) => !/^[A-Z][A-Za-z]+$/.test(name)), [])
  t.same(Object.keys(contract.components.securitySchemes), ['operator', 'administrator', 'source', 'dataSet'])
})

t.test('the contract and its pages are served, and load nothing from elsewhere', async (t) => {
  t.match((await app.inject('/openapi.json')).json(), { openapi: '3.1.0' })
  t.match((await app.inject('/openapi.yaml')).body, /^openapi: 3\.1\.0\n/)
  const page = await app.inject('/docs')
  t.equal(page.statusCode, 200)
  const assets = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url ?? '')
  t.same(assets, ['data:,', 'docs/reference.css', 'openapi.json', 'openapi.yaml', 'docs/scalar.js'], 'relative, to work below any path')
  for (const url of assets.slice(1)) {
    const { statusCode, headers } = await app.inject({ url: `/${url}`, headers: { 'accept-encoding': 'gzip' } })
    t.equal(statusCode, 200, url)
    t.equal(headers['x-content-type-options'], 'nosniff', url)
  }
  t.match((await app.inject('/docs/')).headers, { location: '../docs' })
  t.notMatch(String(page.headers['content-security-policy']), /https?:|upgrade-insecure/)
})

t.test('the page has the code of five languages, and no other', async (t) => {
  const { body } = await app.inject('/docs')
  const [, attribute = ''] = /data-configuration='([^']+)'/.exec(body) ?? []
  const { featuredClients, hiddenClients } = JSON.parse(attribute.replaceAll('&quot;', '"').replaceAll('&amp;', '&'))
  t.same(featuredClients.map((one: string) => one.split('/')[0]), ['shell', 'python', 'js', 'csharp', 'powershell'])
  t.equal(hiddenClients.julia, true)
  t.match(contract.info.description, 'import requests')
})

t.test('the page may ask where the contract says that the service is, and nobody else', async (t) => {
  const publicUrl = 'https://figures.example.gov.uk:8443/performance'
  const reached = await buildApp({ ...optionsWithoutDatabase(), publicUrl, basePath: '/performance' })
  t.teardown(async () => await reached.close())
  await reached.ready()
  t.match(reached.swagger(), { servers: [{ url: publicUrl }] })
  const policies: Array<[typeof app, string]> = [
    [app, "connect-src 'self'"], [reached, "connect-src 'self' https://figures.example.gov.uk:8443"]
  ]
  for (const [one, policy] of policies) {
    const { headers } = await one.inject('/docs')
    t.ok(String(headers['content-security-policy']).split('; ').includes(policy), policy)
  }
})
