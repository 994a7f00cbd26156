import { problems, UNCHANGED } from '../schemas/common.ts'

const HTML = { 'text/html': { schema: { type: 'string', examples: ['<!DOCTYPE html>'] } } }

/** What an address of a page answers, in the contract: what is wrong is a page too, to whoever asks for HTML. */
export const answersOf = (description: string): Record<number, unknown> => ({
  200: { description, content: HTML },
  304: { description: UNCHANGED, type: 'null' },
  ...Object.fromEntries(Object.entries(problems('misdirected') as Problems).map(([status, { content, ...problem }]) =>
    [status, { ...problem, content: { ...content, ...HTML } }]))
})

type Problems = Record<string, { content: object }>

export const NO_SUCH_PAGE = { 404: { description: 'A page that says that there is none.', content: HTML } }
