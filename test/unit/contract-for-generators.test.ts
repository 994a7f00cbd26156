import t from 'tap'
import { appWithoutDatabase } from '../../src/cli/openapi.ts'
import { forGenerators } from '../../src/http/plugins/contract.ts'

const app = await appWithoutDatabase()
t.teardown(async () => await app.close())
const contract = app.swagger() as any
const operations = Object.entries<any>(contract.paths).flatMap(([path, methods]) =>
  Object.entries<any>(methods).map(([method, operation]) => ({ name: `${method} ${path}`, operation }))
)

/** Every schema of a node, with where it stands; what stands under `properties` by any name included. */
function * schemas (node: any, path = ''): Generator<{ path: string, schema: any }> {
  if (typeof node !== 'object' || node === null) return
  const isMap = /\/(properties|schemas)$/.test(path)
  if (!isMap && !Array.isArray(node)) yield { path, schema: node }
  for (const [key, inner] of Object.entries<any>(node)) {
    if (isMap || !['example', 'examples', 'default', 'enum'].includes(key)) yield * schemas(inner, `${path}/${key}`)
  }
}

t.test('nothing that has a default is asked for', async (t) => {
  for (const { name, operation } of operations) {
    for (const { name: parameter, required, schema } of operation.parameters ?? []) {
      t.notOk(required === true && 'default' in schema, `${name} ${parameter as string}`)
    }
    for (const { schema } of Object.values<any>(operation.requestBody?.content ?? {})) {
      const body = schema.$ref === undefined ? schema : contract.components.schemas[schema.$ref.split('/').at(-1)]
      t.same((body.required ?? []).filter((key: string) => 'default' in body.properties[key]), [], name)
    }
  }
  const { parameters } = contract.paths['/v1/series'].get
  t.same(parameters.filter((one: any) => one.required).map((one: any) => one.name), ['service'])
})

t.test('every enumeration has a type, and null is a type beside another', async (t) => {
  for (const { path, schema } of schemas(contract)) {
    if (Array.isArray(schema.enum)) t.ok(schema.type, path)
    if (!Array.isArray(schema.anyOf)) continue
    const others = schema.anyOf.filter((one: any) => one.type !== 'null')
    if (others.length === 1 && schema.anyOf.length === 2) t.not(typeof others[0].type, 'string', path)
  }
})

t.test('every JSON body is a component, or a list of one', async (t) => {
  const isNamed = (schema: any): boolean => schema.$ref !== undefined || schema.items?.$ref !== undefined
  for (const { name, operation } of operations) {
    const contents = [operation.requestBody, ...Object.values<any>(operation.responses)]
    for (const content of contents.flatMap((one) => Object.entries<any>(one?.content ?? {}))) {
      const [type, { schema }] = content
      if (/[/+]json$/.test(type)) t.ok(isNamed(schema), `${name} ${type}`)
    }
  }
  t.same(
    contract.paths['/v1/sources'].get.responses[200].content['application/json'].schema,
    { $ref: '#/components/schemas/SourcePage' }
  )
})

t.test('every reference leads somewhere', async (t) => {
  for (const { path, schema } of schemas(contract)) {
    if (schema.$ref !== undefined) t.ok(contract.components.schemas[schema.$ref.split('/').at(-1)], path)
  }
})

const of = (operationId: string, body: object, answer: object) => ({
  operationId,
  requestBody: { required: true, content: { 'application/json': { schema: body } } },
  responses: { 200: { description: '', content: { 'application/json': { schema: answer } } } }
})

t.test('bodies without a name get one; those that differ get one each', async (t) => {
  const answer = { type: 'object', description: 'One', properties: { a: { type: 'string' } } }
  const made = forGenerators({
    paths: {
      '/a': { get: of('getA', { anyOf: [{ type: 'object' }, { type: 'null' }] }, { title: 'Same', ...answer }) },
      '/b': { get: of('getB', answer, { title: 'Same', ...answer, description: 'Two' }) },
      '/c': { get: of('getC', answer, { title: 'Same', type: 'object' }) }
    },
    components: { schemas: {} }
  }) as any
  t.same(Object.keys(made.components.schemas), ['GetABody', 'Same', 'GetBBody', 'GetCBody', 'GetCAnswer'])
  t.match(made.paths['/a'].get.requestBody, {
    required: false, content: { 'application/json': { schema: { $ref: '#/components/schemas/GetABody' } } }
  })
  t.same(made.components.schemas.GetABody, { type: 'object' })
  t.notHas(made.components.schemas.Same, { title: 'Same' })
})

t.test('what may be null is of two types, with what was said of it', async (t) => {
  const made = forGenerators({
    components: {
      schemas: {
        A: {
          properties: {
            enum: { anyOf: [{ enum: ['a', 'b'], examples: ['a'] }, { type: 'null' }], description: 'D', examples: [null] },
            count: { anyOf: [{ type: 'integer', minimum: 1, description: 'Inner' }, { type: 'null' }] },
            one: { anyOf: [{ $ref: '#/components/schemas/A' }, { type: 'null' }] },
            mixed: { enum: [1, 'a'] }
          }
        }
      }
    }
  }) as any
  t.same(made.components.schemas.A.properties, {
    enum: { type: ['string', 'null'], enum: ['a', 'b', null], examples: [null], description: 'D' },
    count: { type: ['integer', 'null'], minimum: 1, description: 'Inner' },
    one: { anyOf: [{ $ref: '#/components/schemas/A' }, { type: 'null' }] },
    mixed: { enum: [1, 'a'], type: ['integer', 'string'] }
  })
})

t.test('no body beside JSON is bytes, or orval hands the JSON to fetch as it is, which does not compile', async (t) => {
  const several = operations.filter(({ operation }) => Object.keys(operation.requestBody?.content ?? {}).length > 1)
  t.ok(several.length > 2)
  for (const { name, operation } of several) {
    for (const [type, { schema }] of Object.entries<any>(operation.requestBody.content)) {
      t.notOk(schema.format === 'binary' || schema.contentMediaType === 'application/octet-stream', `${name} ${type}`)
    }
  }
})

t.test('a body has another name than the parameters beside it, or some generators give both the same', async (t) => {
  for (const { name, operation } of operations) {
    const parameters = (operation.parameters ?? []).map((one: any) => one.name)
    for (const { schema } of Object.values<any>(operation.requestBody?.content ?? {})) {
      const [first = '', ...rest] = schema.$ref?.split('/').at(-1) ?? ''
      t.notOk(parameters.includes([first.toLowerCase(), ...rest].join('')), name)
    }
  }
})
