import { Ajv2020 } from 'ajv/dist/2020.js'
import type { LightMyRequestResponse } from 'fastify'
import type { Shown } from '../../src/http/examples/requests.ts'

const part = (node: any, pointer: string): any =>
  pointer.split('/').slice(1).reduce((at, key) => at?.[key.replaceAll('~1', '/').replaceAll('~0', '~')], node)

/** Says what in an answer the contract does not name: its status, its type or its shape; undefined: nothing. */
export function shapesOf (contract: any) {
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  ajv.addSchema(contract, 'contract')
  return ({ responses }: Shown, answer: LightMyRequestResponse): string | undefined => {
    const { statusCode: status, body, headers } = answer
    const named = part(contract, `${responses}/${status}`)
    if (named === undefined) return `${status} is not named: ${body.slice(0, 200)}`
    const type = (headers['content-type'] ?? '').split(';')[0] ?? ''
    if (body === '') return undefined
    if (named.content?.[type] === undefined) return `${status} is not named as ${type}: ${body.slice(0, 200)}`
    if (!/[/+]json$/.test(type) || named.content[type].schema === undefined) return undefined
    const pointer = `${responses}/${status}/content/${type.replaceAll('/', '~1')}/schema`
    const isValid = ajv.compile({ $ref: `contract#${encodeURI(pointer).replaceAll('#', '%23')}` })
    return isValid(JSON.parse(body))
      ? undefined
      : `${status}: ${ajv.errorsText(isValid.errors)}: ${body.slice(0, 300)}`
  }
}
