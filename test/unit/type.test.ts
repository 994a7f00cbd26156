import t from 'tap'
import { Type as TypeBox } from 'typebox'
import { Type } from '../../src/domain/type.ts'

/** A schema with every builder, made by `of`. */
function everything (of: typeof Type): object {
  const name = of.String({ minLength: 1, examples: ['solihull'] })
  return of.Object({
    name,
    nickname: of.Optional(name),
    count: of.Integer({ minimum: 0 }),
    share: of.Optional(of.Union([of.Number(), of.Null()], { description: 'Null where unknown.' })),
    kind: of.Enum(['a', 'b'], { description: 'One of two.' }),
    always: of.Literal(true),
    version: of.Literal('1.0'),
    tags: of.Array(of.Ref('Tag'), { maxItems: 3 }),
    labels: of.Record(of.String({ maxLength: 60 }), of.Boolean(), { minProperties: 1 }),
    fields: of.Record(of.String({ pattern: '^[a-z]+$' }), of.Unknown()),
    nothing: of.Object({}),
    lax: of.Object({ a: of.Optional(of.Unknown({ title: 'Anything' })) }, { additionalProperties: false })
  }, { $id: 'Everything' })
}

t.test('schemas are those that typebox makes, to the order of their keys', async (t) => {
  t.equal(JSON.stringify(everything(Type)), JSON.stringify(everything(TypeBox)))
})
