import { problems, UNCHANGED } from '../schemas/common.ts'

const HTML = { 'text/html': { schema: { type: 'string', examples: ['<!DOCTYPE html>'] } } }

/** What an address of a page answers, in the contract. */
export const answersOf = (description: string): Record<number, unknown> => ({
  200: { description, content: HTML },
  304: { description: UNCHANGED, type: 'null' },
  ...problems()
})

export const NO_SUCH_PAGE = { 404: { description: 'A page that says that there is none.', content: HTML } }
